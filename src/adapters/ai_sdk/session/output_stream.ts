/** The output of a command as a stream with backpressure. */

/** Bytes buffered for a reader that is slower than the command. */
const ROOM = 65_536;

/**
 * Forwards what a guest writes; a reader that stops reading blocks the guest.
 */
export class OutputStream {
  /** The stream to read. */
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

  /** Takes a chunk; a returned promise resolves when there is room. */
  readonly take = (bytes: Uint8Array): void | Promise<void> => {
    if (!this.#isOpen || bytes.length === 0) return;
    this.#controller.enqueue(bytes.slice());
    if ((this.#controller.desiredSize ?? 0) > 0) return;
    return new Promise((resolve) => {
      this.#goOn = resolve;
    });
  };

  /** Appends a line of our own, and closes the stream. */
  end(line = ""): void {
    if (!this.#isOpen) return;
    if (line !== "") {
      this.#controller.enqueue(new TextEncoder().encode(`${line}\n`));
    }
    this.#close();
    this.#controller.close();
  }

  /** Ends the stream with an error. */
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
