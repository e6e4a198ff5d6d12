/** What a session looks like: the AI SDK's `Experimental_SandboxSession`. */

import type { Overlay } from "../../../../mod.ts";

/** A path of a session. */
export interface AiPathOptions {
  /** Absolute as guests see it, or relative to the base folder. */
  readonly path: string;
  /** Ends the call when aborted; it rejects with the signal's reason. */
  readonly abortSignal?: AbortSignal | undefined;
}

/** Which text of a file is read. */
export interface AiReadTextOptions extends AiPathOptions {
  /** A label of the Encoding Standard; `utf-8` by default. */
  readonly encoding?: string | undefined;
  /** The first line, counted from 1. */
  readonly startLine?: number | undefined;
  /** The last line; beyond the end is the end. */
  readonly endLine?: number | undefined;
}

/** What is written to a file. */
export interface AiWriteOptions<Content> extends AiPathOptions {
  /** The whole of it. */
  readonly content: Content;
}

/** Text that is written to a file. */
export interface AiWriteTextOptions extends AiWriteOptions<string> {
  /** `utf-8` by default, or `utf-16le`. */
  readonly encoding?: string | undefined;
}

/** What a path leads to. */
export interface AiFileStat {
  /** Its kind, links followed. */
  type: "file" | "directory" | "other";
  /** Bytes. */
  size: number;
}

/** What is in a folder. */
export interface AiDirectoryEntry {
  /** Its name. */
  name: string;
  /** Its kind, links not followed. */
  type: "file" | "directory" | "symlink" | "other";
}

/** A command, and what it is started with. */
export interface AiCommandOptions {
  /** The name of a command of the session, and its arguments. */
  readonly command: string;
  /** A folder; the base folder by default. */
  readonly workingDirectory?: string | undefined;
  /** Environment variables, before those of the command's own. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Stops the command when aborted. */
  readonly abortSignal?: AbortSignal | undefined;
}

/** How a command ended, and what it wrote. */
export interface AiCommandResult {
  /** Its exit code, or that of the session where it had none. */
  exitCode: number;
  /** Its standard output, up to `maxOutputBytes`. */
  stdout: string;
  /** Its standard error, and what the session says of it. */
  stderr: string;
}

/** A command that runs. */
export interface AiProcess {
  /** What it writes to its standard output; it waits for who reads. */
  readonly stdout: ReadableStream<Uint8Array>;
  /** What it writes to its standard error; it waits for who reads. */
  readonly stderr: ReadableStream<Uint8Array>;
  /** Waits for its end; rejects with the signal's reason when aborted. */
  wait(): Promise<{ exitCode: number }>;
  /** Stops it, and waits for that; its exit code is 137 then. */
  kill(): Promise<void>;
}

/** A command that runs and is written to. */
export interface AiWritableProcess extends AiProcess {
  /** Its standard input. */
  readonly stdin: WritableStream<Uint8Array>;
}

/** Starts a command. */
export interface AiSpawn {
  /** Starts one whose standard input is written to. */
  (
    options: AiCommandOptions & { readonly stdin: true },
  ): Promise<AiWritableProcess>;
  /** Starts one whose standard input is empty. */
  (
    options: AiCommandOptions & { readonly stdin?: false },
  ): Promise<AiProcess>;
  /** Starts one or the other. */
  (
    options: AiCommandOptions & { readonly stdin?: boolean },
  ): Promise<AiProcess | AiWritableProcess>;
}

/**
 * What `experimental_sandbox` of the AI SDK takes: files and commands of a
 * sandbox. Made by {@linkcode sandboxSession}; close it at the end.
 */
export interface AiSandboxSession extends AsyncDisposable {
  /** The folders, the commands and the limits, for a prompt. */
  readonly description: string;
  /**
   * What was changed in folders that are granted with `overlay`, to look at,
   * commit or drop; undefined where there is no such folder.
   */
  readonly overlay: Overlay | undefined;
  /** Reads a file; null when it is not there. */
  readonly readFile: (
    options: AiPathOptions,
  ) => Promise<ReadableStream<Uint8Array> | null>;
  /** Reads a file; null when it is not there. */
  readonly readBinaryFile: (
    options: AiPathOptions,
  ) => Promise<Uint8Array | null>;
  /** Reads text of a file; null when it is not there. */
  readonly readTextFile: (options: AiReadTextOptions) => Promise<string | null>;
  /** Writes a file, once its stream has ended. */
  readonly writeFile: (
    options: AiWriteOptions<ReadableStream<Uint8Array>>,
  ) => Promise<void>;
  /** Writes a file. */
  readonly writeBinaryFile: (
    options: AiWriteOptions<Uint8Array>,
  ) => Promise<void>;
  /** Writes text to a file. */
  readonly writeTextFile: (options: AiWriteTextOptions) => Promise<void>;
  /** Says what a path leads to; null when nothing is there. */
  readonly stat: (options: AiPathOptions) => Promise<AiFileStat | null>;
  /** Lists a folder; null when it is not there. */
  readonly listDirectory: (
    options: AiPathOptions,
  ) => Promise<AiDirectoryEntry[] | null>;
  /** Removes a file or a link; false when it is not there. */
  readonly deleteFile: (options: AiPathOptions) => Promise<boolean>;
  /** Starts a command; its output is read while it runs. */
  readonly spawn: AiSpawn;
  /** Runs a command to its end. */
  readonly run: (options: AiCommandOptions) => Promise<AiCommandResult>;
  /** Stops what runs, and ends the workers. */
  readonly close: () => Promise<void>;
}
