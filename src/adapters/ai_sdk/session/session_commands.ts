/** The commands of a session: WASI programs by name, without a shell. */

import type {
  ModuleSource,
  OutputHandler,
  RunFailure,
  RunOptions,
  SandboxedModule,
  StdinSource,
} from "../../../../mod.ts";
import { quote } from "../../../quote.ts";
import { CommandRefused, commandWords } from "./command_words.ts";
import { SandboxFileError } from "./file_error.ts";
import { InputStream } from "./input_stream.ts";
import { OutputStream } from "./output_stream.ts";
import { NotKept, type SessionBox } from "./session_box.ts";
import type { SessionFiles } from "./session_files.ts";
import type {
  AiCommandOptions,
  AiCommandResult,
  AiProcess,
  AiWritableProcess,
} from "./session_shape.ts";

/** A program that a session runs by name. */
export interface SessionProgram {
  /** The module, which is loaded on first use. */
  readonly module: ModuleSource;
  /** What it is for, for the model. */
  readonly description?: string | undefined;
  /** Arguments that precede those of the command. */
  readonly args?: readonly string[] | undefined;
  /** Environment variables; those of a command take precedence. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Exit codes of commands that did not exit by themselves, as in shells. */
export const EXIT = {
  /** It uses shell syntax. */
  REFUSED: 2,
  /** It exceeded its time limit. */
  TIME: 124,
  /** There is no such command. */
  UNKNOWN: 127,
  /** It trapped. */
  TRAPPED: 134,
  /** It exceeded another limit, or was killed. */
  KILLED: 137,
} as const;

const NAME = /^[\w.+-]{1,64}$/;

/** The destinations of a command's streams. */
interface Streams {
  readonly stdin?: StdinSource;
  readonly onStdout?: OutputHandler;
  readonly onStderr?: OutputHandler;
}

/** How a command ended; `said` is the session's own message. */
interface Ended extends AiCommandResult {
  readonly said: string;
}

/** Runs the commands of a session. */
export class SessionCommands {
  readonly #box: SessionBox;
  readonly #files: SessionFiles;
  readonly #programs: ReadonlyMap<string, SessionProgram>;
  readonly #loaded = new Map<string, Promise<SandboxedModule>>();

  /** @throws {TypeError} for an invalid name. */
  constructor(
    box: SessionBox,
    files: SessionFiles,
    programs: Readonly<Record<string, SessionProgram | ModuleSource>>,
  ) {
    this.#box = box;
    this.#files = files;
    this.#programs = new Map(
      Object.entries(programs).map(([name, given]) => [
        checkName(name),
        isProgram(given) ? given : { module: given },
      ]),
    );
  }

  /** The names and descriptions. */
  get list(): readonly string[] {
    return [...this.#programs].map(([name, { description }]) =>
      description === undefined ? name : `${name} (${description})`
    );
  }

  /** Runs a command to completion. */
  async run(options: AiCommandOptions): Promise<AiCommandResult> {
    const { exitCode, stdout, stderr, said } = await this.#execute(options, {});
    return { exitCode, stdout, stderr: withLine(stderr, said) };
  }

  /**
   * Starts a command; failures are reported through its streams and its end.
   */
  spawn(
    options: AiCommandOptions & { readonly stdin?: boolean },
  ): AiProcess | AiWritableProcess {
    const { abortSignal, stdin: isWritten } = options;
    const killer = new AbortController();
    const signal = abortSignal
      ? AbortSignal.any([abortSignal, killer.signal])
      : killer.signal;
    const stdout = new OutputStream();
    const stderr = new OutputStream();
    const input = isWritten ? new InputStream() : undefined;
    const ended = this.#execute({ ...options, abortSignal: signal }, {
      ...input && { stdin: input.source },
      onStdout: stdout.take,
      onStderr: stderr.take,
    }).then(({ exitCode, said }) => {
      stdout.end();
      stderr.end(said);
      return { exitCode };
    }, (error) => {
      const isKilled = error === KILLED;
      for (const one of [stdout, stderr]) {
        if (isKilled) one.end();
        else one.fail(error);
      }
      if (isKilled) return { exitCode: EXIT.KILLED };
      throw error;
    }).finally(() => input?.end());
    // It need not be awaited.
    ended.catch(() => {});
    return {
      stdout: stdout.stream,
      stderr: stderr.stream,
      ...input && { stdin: input.writable },
      wait: () => ended,
      async kill() {
        killer.abort(KILLED);
        await ended.catch(() => {});
      },
    };
  }

  async #execute(
    { command, workingDirectory, env, abortSignal }: AiCommandOptions,
    streams: Streams,
  ): Promise<Ended> {
    abortSignal?.throwIfAborted();
    const found = this.#find(command);
    if ("exitCode" in found) return found;
    const { name, program, args } = found;
    const directory = await this.#directory(workingDirectory, abortSignal);
    const module = await this.#load(name, program.module);
    return await this.#run(module, {
      name,
      args: [...program.args ?? [], ...args],
      env: { ...program.env, ...env },
      workingDirectory: directory,
      signal: abortSignal,
      ...streams,
    });
  }

  /** The program of a command, or its immediate failure. */
  #find(
    command: string,
  ): Ended | { name: string; program: SessionProgram; args: string[] } {
    try {
      const [name, ...args] = commandWords(command);
      const program = this.#programs.get(name);
      if (program) return { name, program, args };
      const known = [...this.#programs.keys()].join(", ");
      return withoutOutput(
        EXIT.UNKNOWN,
        `${quote(name)} is not a command; there is ${known || "none"}`,
      );
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
      return withoutOutput(EXIT.REFUSED, error.message);
    }
  }

  async #directory(
    given: string | undefined,
    abortSignal: AbortSignal | undefined,
  ): Promise<string> {
    if (given === undefined) return this.#box.base;
    const { path, isGranted } = this.#files.place(given);
    const found = isGranted
      ? await this.#files.stat({ path, abortSignal })
      : null;
    const code = found === null
      ? "ENOENT"
      : found.type === "directory"
      ? undefined
      : "ENOTDIR";
    if (code === undefined) return path;
    throw new SandboxFileError("use", given, code);
  }

  async #load(name: string, source: ModuleSource): Promise<SandboxedModule> {
    let loading = this.#loaded.get(name);
    if (!loading) {
      loading = this.#box.sandbox.loadModule(source);
      this.#loaded.set(name, loading);
      loading.catch(() => this.#loaded.delete(name));
    }
    return await loading;
  }

  async #run(module: SandboxedModule, options: RunOptions): Promise<Ended> {
    const result = await this.#box.run(module, options).catch((error) => {
      if (error instanceof NotKept) return error;
      throw error;
    });
    if (result instanceof NotKept) {
      return withoutOutput(EXIT.KILLED, result.message);
    }
    const { stdout, stderr, isOutputCut } = result;
    // Streamed output is not truncated.
    const isCut = isOutputCut && options.onStdout === undefined;
    const { maxOutputBytes } = this.#box.sandbox.config;
    const cut = isCut ? `Output was cut at ${maxOutputBytes} bytes` : "";
    if (result.ok) {
      return { exitCode: result.exitCode, stdout, stderr, said: cut };
    }
    const said = withLine(cut, `${result.error.message}`);
    return { exitCode: exitCodeOf(result), stdout, stderr, said };
  }
}

/** Distinguishes a killed command from an aborted one. */
const KILLED = new Error("The command was killed");

/** The end of a command of which there is nothing but what is said of it. */
function withoutOutput(exitCode: number, said: string): Ended {
  return { exitCode, stdout: "", stderr: "", said };
}

/** @throws what no command can help. */
function exitCodeOf({ error }: RunFailure): number {
  switch (error.kind) {
    case "TimeoutExceeded":
      return EXIT.TIME;
    case "ExecutionFailed":
      return EXIT.TRAPPED;
    case "FuelExhausted":
    case "MemoryLimitExceeded":
      return EXIT.KILLED;
    default:
      throw error;
  }
}

function withLine(text: string, line: string): string {
  if (text === "" || line === "") return text + line;
  return text.endsWith("\n") ? text + line : `${text}\n${line}`;
}

function checkName(name: string): string {
  if (NAME.test(name)) return name;
  throw new TypeError(
    `Cannot set commands: ${
      quote(name)
    } is not a name, use letters, digits and ._+- only`,
  );
}

function isProgram(
  given: SessionProgram | ModuleSource,
): given is SessionProgram {
  return typeof given === "object" && Object.hasOwn(given, "module");
}
