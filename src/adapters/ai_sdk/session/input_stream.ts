/** The input of a command as a stream with backpressure. */

/** A pipe to a command; writing fails once the command has ended. */
export class InputStream {
  /** The end to write to. */
  readonly writable: WritableStream<Uint8Array>;
  /** The end that the command reads. */
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

  /** Ends both; a pending read ends too. */
  end(): void {
    this.#controller.terminate();
  }
}
