/** The interface of a session: the AI SDK's `Experimental_SandboxSession`. */

import type { Overlay } from "../../../../mod.ts";

/** A path of a session. */
export interface AiPathOptions {
  /** An absolute guest path, or one relative to the base folder. */
  readonly path: string;
  /** Aborts the call, which rejects with the signal's reason. */
  readonly abortSignal?: AbortSignal | undefined;
}

/** Options for reading text. */
export interface AiReadTextOptions extends AiPathOptions {
  /** A label of the Encoding Standard; `utf-8` by default. */
  readonly encoding?: string | undefined;
  /** The first line, counted from 1. */
  readonly startLine?: number | undefined;
  /** The last line, inclusive; clamped to the end of the file. */
  readonly endLine?: number | undefined;
}

/** Options for writing a file. */
export interface AiWriteOptions<Content> extends AiPathOptions {
  /** The whole content. */
  readonly content: Content;
}

/** Options for writing text. */
export interface AiWriteTextOptions extends AiWriteOptions<string> {
  /** `utf-8` by default, or `utf-16le`. */
  readonly encoding?: string | undefined;
}

/** The metadata of a path. */
export interface AiFileStat {
  /** Its type, following symbolic links. */
  type: "file" | "directory" | "other";
  /** Bytes. */
  size: number;
}

/** An entry of a folder. */
export interface AiDirectoryEntry {
  /** Its name. */
  name: string;
  /** Its type, without following symbolic links. */
  type: "file" | "directory" | "symlink" | "other";
}

/** A command and its options. */
export interface AiCommandOptions {
  /** The name of a command of the session, and its arguments. */
  readonly command: string;
  /** The working directory; the base folder by default. */
  readonly workingDirectory?: string | undefined;
  /** Environment variables, which take precedence over the program's own. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Stops the command when aborted. */
  readonly abortSignal?: AbortSignal | undefined;
}

/** How a command ended, and what it wrote. */
export interface AiCommandResult {
  /** Its exit code, or the session's if it had none. */
  exitCode: number;
  /** Its standard output, up to `maxOutputBytes`. */
  stdout: string;
  /** Its standard error, and the session's own messages. */
  stderr: string;
}

/** A running command. */
export interface AiProcess {
  /** Its standard output; it blocks until the stream is read. */
  readonly stdout: ReadableStream<Uint8Array>;
  /** Its standard error; it blocks until the stream is read. */
  readonly stderr: ReadableStream<Uint8Array>;
  /** Waits for its end; rejects with the signal's reason when aborted. */
  wait(): Promise<{ exitCode: number }>;
  /** Stops it and waits for its end; its exit code is then 137. */
  kill(): Promise<void>;
}

/** A running command with writable standard input. */
export interface AiWritableProcess extends AiProcess {
  /** Its standard input. */
  readonly stdin: WritableStream<Uint8Array>;
}

/** Starts a command. */
export interface AiSpawn {
  /** Starts a command with writable standard input. */
  (
    options: AiCommandOptions & { readonly stdin: true },
  ): Promise<AiWritableProcess>;
  /** Starts a command with empty standard input. */
  (
    options: AiCommandOptions & { readonly stdin?: false },
  ): Promise<AiProcess>;
  /** Starts a command of either kind. */
  (
    options: AiCommandOptions & { readonly stdin?: boolean },
  ): Promise<AiProcess | AiWritableProcess>;
}

/**
 * The AI SDK's `experimental_sandbox`: files and commands of a sandbox. Created
 * by {@linkcode sandboxSession}; close it when done.
 */
export interface AiSandboxSession extends AsyncDisposable {
  /** The folders, the commands and the limits, for a prompt. */
  readonly description: string;
  /**
   * The changes in folders granted with `overlay`, to inspect, commit or drop;
   * undefined if there is no such folder.
   */
  readonly overlay: Overlay | undefined;
  /** Reads a file; null if it does not exist. */
  readonly readFile: (
    options: AiPathOptions,
  ) => Promise<ReadableStream<Uint8Array> | null>;
  /** Reads a file; null if it does not exist. */
  readonly readBinaryFile: (
    options: AiPathOptions,
  ) => Promise<Uint8Array | null>;
  /** Reads text of a file; null if it does not exist. */
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
  /** Returns the metadata of a path; null if it does not exist. */
  readonly stat: (options: AiPathOptions) => Promise<AiFileStat | null>;
  /** Lists a folder; null if it does not exist. */
  readonly listDirectory: (
    options: AiPathOptions,
  ) => Promise<AiDirectoryEntry[] | null>;
  /** Removes a file or a symbolic link; false if it does not exist. */
  readonly deleteFile: (options: AiPathOptions) => Promise<boolean>;
  /** Starts a command, whose output can be read while it runs. */
  readonly spawn: AiSpawn;
  /** Runs a command to completion. */
  readonly run: (options: AiCommandOptions) => Promise<AiCommandResult>;
  /** Stops running calls and ends the workers. */
  readonly close: () => Promise<void>;
}
