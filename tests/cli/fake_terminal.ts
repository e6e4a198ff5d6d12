import { OutputClosed, type Terminal } from "../../src/cli/terminal.ts";

/** A terminal that remembers what was written. */
export class FakeTerminal implements Terminal {
  input: Uint8Array | Promise<Uint8Array> = new Uint8Array();
  isOutputClosed = false;
  output = "";
  error = "";
  readonly #listeners = new Set<() => void>();

  async readInput(): Promise<Uint8Array> {
    return await this.input;
  }

  writeOutput(text: string): Promise<void> {
    if (this.isOutputClosed) return Promise.reject(new OutputClosed());
    this.output += text;
    return Promise.resolve();
  }

  writeError(text: string): Promise<void> {
    this.error += text;
    return Promise.resolve();
  }

  onInterrupt(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Whether Ctrl-C is listened to. */
  get isListening(): boolean {
    return this.#listeners.size > 0;
  }

  /** What Ctrl-C does. */
  interrupt(): void {
    for (const listener of this.#listeners) listener();
  }
}
