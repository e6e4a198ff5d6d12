/** The runner's interface to its process. */

/** The streams and signals of the process, and the files that it names. */
export interface Terminal {
  /** Reads a file. */
  readFile(path: string): Promise<Uint8Array>;
  /** The names in a folder; undefined when there is no folder. */
  listFolder(path: string): Promise<string[] | undefined>;
  /** Writes a file, over what is there. */
  writeFile(path: string, content: string | Uint8Array): Promise<void>;
  /** Creates a folder; fails if the name exists. */
  makeFolder(path: string): Promise<void>;
  /** Appends to a file, which is created if needed. */
  appendFile(path: string, content: string): Promise<void>;
  /** Reports changes to files and in folders, until aborted. */
  watch(
    paths: readonly string[],
    signal: AbortSignal,
  ): AsyncIterable<unknown>;
  /** Reads standard input to its end. */
  readInput(): Promise<Uint8Array>;
  /** Standard input in chunks, read on demand. */
  inputPieces(): AsyncIterable<Uint8Array>;
  /**
   * Writes to standard output.
   *
   * @throws {OutputClosed} when it was closed by the reader.
   */
  writeOutput(content: string | Uint8Array): Promise<void>;
  /** Writes to standard error, if anybody reads it. */
  writeError(content: string | Uint8Array): Promise<void>;
  /**
   * Reads an environment variable, if it is set.
   *
   * @throws {UsageError} when this process may not read it.
   */
  variable(name: string): string | undefined;
  /** Whether the stream is a terminal. */
  isScreen(stream: "output" | "error"): boolean;
  /**
   * Asks the user on standard error; `undefined` if standard input is not a
   * terminal, or ends.
   */
  ask(question: string): Promise<string | undefined>;
  /** Calls `listener` at Ctrl-C instead of ending the process, until disposed. */
  onInterrupt(listener: () => void): Disposable;
  /** Calls `listener` when a process manager asks this process to terminate. */
  onTerminate(listener: () => void): Disposable;
}

/** Standard output was closed by its reader. */
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
