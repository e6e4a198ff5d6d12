/** Input of a command, as a stream that waits for the command. */

/** What is written is read once; writing fails when the command has ended. */
export class InputStream {
  /** Where to write. */
  readonly writable: WritableStream<Uint8Array>;
  /** What the command reads. */
  readonly source: ReadableStream<Uint8Array>;
  #controller!: TransformStreamDefaultController<Uint8Array>;

  constructor() {
    const { writable, readable } = new TransformStream<Uint8Array, Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      transform(bytes, controller) {
        if (!(bytes instanceof Uint8Array)) {
          throw new TypeError("Cannot write to a command: expected bytes");
        }
        controller.enqueue(bytes);
      },
    });
    this.writable = writable;
    this.source = readable;
  }

  /** Ends both; a read that is under way ends too. */
  end(): void {
    this.#controller.terminate();
  }
}
