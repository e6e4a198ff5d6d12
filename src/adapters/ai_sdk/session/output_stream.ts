/** Output of a command, as a stream that the command waits for. */

/** Bytes that are kept for a reader who is slower than the command. */
const ROOM = 65_536;

/** Hands on what a guest writes; a reader who stops reading stops the guest. */
export class OutputStream {
  /** What is written. */
  readonly stream: ReadableStream<Uint8Array>;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #isOpen = true;
  #goOn: (() => void) | undefined;

  constructor() {
    this.stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => this.#resume(),
      cancel: () => this.#close(),
    }, { highWaterMark: ROOM, size: (bytes) => bytes.byteLength });
  }

  /** Takes a piece; when it returns a promise, that is when there is room. */
  readonly take = (bytes: Uint8Array): void | Promise<void> => {
    if (!this.#isOpen || bytes.length === 0) return;
    this.#controller.enqueue(bytes.slice());
    if ((this.#controller.desiredSize ?? 0) > 0) return;
    return new Promise((resolve) => {
      this.#goOn = resolve;
    });
  };

  /** Adds a line of ours, and closes it. */
  end(line = ""): void {
    if (!this.#isOpen) return;
    if (line !== "") {
      this.#controller.enqueue(new TextEncoder().encode(`${line}\n`));
    }
    this.#close();
    this.#controller.close();
  }

  /** Ends it with an error. */
  fail(reason: unknown): void {
    if (!this.#isOpen) return;
    this.#close();
    this.#controller.error(reason);
  }

  #close(): void {
    this.#isOpen = false;
    this.#resume();
  }

  #resume(): void {
    this.#goOn?.();
    this.#goOn = undefined;
  }
}
