/** What the runner needs of the process around it. */

/** The streams and signals of the process, and the files that it names. */
export interface Terminal {
  /** Reads a file. */
  readFile(path: string): Promise<Uint8Array>;
  /** The names in a folder; undefined when there is no folder. */
  listFolder(path: string): Promise<string[] | undefined>;
  /** Writes a file, over what is there. */
  writeFile(path: string, content: string | Uint8Array): Promise<void>;
  /** Makes a folder; fails where there is something of that name. */
  makeFolder(path: string): Promise<void>;
  /** Writes at the end of a file, which is made if there is none. */
  appendFile(path: string, content: string): Promise<void>;
  /** Tells of changes to files and in folders, until aborted. */
  watch(
    paths: readonly string[],
    signal: AbortSignal,
  ): AsyncIterable<unknown>;
  /** Reads standard input to its end. */
  readInput(): Promise<Uint8Array>;
  /** Standard input piece by piece, each read when it is asked for. */
  inputPieces(): AsyncIterable<Uint8Array>;
  /**
   * Writes to standard output.
   *
   * @throws {OutputClosed} when nobody reads it any more.
   */
  writeOutput(content: string | Uint8Array): Promise<void>;
  /** Writes to standard error, if anybody reads it. */
  writeError(content: string | Uint8Array): Promise<void>;
  /**
   * A variable of the environment, if it is set.
   *
   * @throws {UsageError} when this process may not look.
   */
  variable(name: string): string | undefined;
  /** Whether what is written there acts on a screen. */
  isScreen(stream: "output" | "error"): boolean;
  /**
   * Asks whoever sits at the terminal, on standard error; `undefined` when
   * standard input is not a terminal, or ends.
   */
  ask(question: string): Promise<string | undefined>;
  /** Calls `listener` at Ctrl-C instead of ending the process, until disposed. */
  onInterrupt(listener: () => void): Disposable;
  /** Calls `listener` where a manager of processes asks this one to end. */
  onTerminate(listener: () => void): Disposable;
}

/** Nobody reads standard output any more. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";

  constructor() {
    super("Cannot write to standard output: it was closed");
  }
}

/** The user pressed Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor() {
    super("Stopped by Ctrl-C");
  }
}
