/** What the runner needs of the process around it. */

/** The streams and signals of the process. */
export interface Terminal {
  /** Reads standard input to its end. */
  readInput(): Promise<Uint8Array>;
  /**
   * Writes to standard output.
   *
   * @throws {OutputClosed} when nobody reads it any more.
   */
  writeOutput(text: string): Promise<void>;
  /** Writes to standard error, if anybody reads it. */
  writeError(text: string): Promise<void>;
  /** Calls `listener` at Ctrl-C instead of ending the process, until disposed. */
  onInterrupt(listener: () => void): Disposable;
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
