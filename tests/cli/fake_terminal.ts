import { OutputClosed, type Terminal } from "../../src/cli/terminal.ts";

/** A terminal that remembers what was written. */
export class FakeTerminal implements Terminal {
  input: Uint8Array | Promise<Uint8Array> = new Uint8Array();
  /** What is read piece by piece. */
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array> = [];
  files: Record<string, string> = {};
  readonly folders: Set<string> = new Set();
  variables: Record<string, string> = {};
  isOutputClosed = false;
  /** What a person says when asked. */
  answers: string[] = [];
  /** The streams that a person looks at. */
  screens: ("output" | "error")[] = [];
  output = "";
  error = "";
  readonly #decoders = { output: new TextDecoder(), error: new TextDecoder() };
  readonly #listeners = new Set<() => void>();

  async readInput(): Promise<Uint8Array> {
    return await this.input;
  }

  readFile(path: string): Promise<Uint8Array> {
    const text = this.files[path];
    return text === undefined
      ? Promise.reject(new Error(`no file ${path}`))
      : Promise.resolve(new TextEncoder().encode(text));
  }

  listFolder(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  writeFile(path: string, content: string | Uint8Array): Promise<void> {
    this.files[path] = typeof content === "string"
      ? content
      : new TextDecoder().decode(content);
    return Promise.resolve();
  }

  makeFolder(path: string): Promise<void> {
    if (this.folders.has(path)) {
      return Promise.reject(new Error(`there is ${path} already`));
    }
    this.folders.add(path);
    return Promise.resolve();
  }

  appendFile(path: string, content: string): Promise<void> {
    this.files[path] = (this.files[path] ?? "") + content;
    return Promise.resolve();
  }

  async *watch(): AsyncGenerator<unknown> {}

  variable(name: string): string | undefined {
    return this.variables[name];
  }

  async *inputPieces(): AsyncGenerator<Uint8Array> {
    yield* this.pieces;
  }

  writeOutput(content: string | Uint8Array): Promise<void> {
    if (this.isOutputClosed) return Promise.reject(new OutputClosed());
    this.output += this.#text("output", content);
    return Promise.resolve();
  }

  writeError(content: string | Uint8Array): Promise<void> {
    this.error += this.#text("error", content);
    return Promise.resolve();
  }

  isScreen(stream: "output" | "error"): boolean {
    return this.screens.includes(stream);
  }

  ask(question: string): Promise<string | undefined> {
    this.error += question;
    return Promise.resolve(this.answers.shift());
  }

  onInterrupt(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  onTerminate(listener: () => void): Disposable {
    return this.onInterrupt(listener);
  }

  /** Whether Ctrl-C is listened to. */
  get isListening(): boolean {
    return this.#listeners.size > 0;
  }

  /** What Ctrl-C does. */
  interrupt(): void {
    for (const listener of this.#listeners) listener();
  }

  #text(stream: "output" | "error", content: string | Uint8Array): string {
    return typeof content === "string"
      ? content
      : this.#decoders[stream].decode(content, { stream: true });
  }
}
