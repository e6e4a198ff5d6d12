/** Lines of what comes in pieces. */

/** Bytes in, lines out. */
export class TextLineStream implements TransformStream<Uint8Array, string> {
  readonly readable: ReadableStream<string>;
  readonly writable: WritableStream<Uint8Array>;

  constructor() {
    let rest = "";
    const lines = new TransformStream<string, string>({
      transform(text, controller) {
        const parts = (rest + text).split("\n");
        rest = parts.pop() ?? "";
        for (const part of parts) controller.enqueue(part);
      },
    });
    const decoder = new TextDecoderStream();
    this.readable = decoder.readable.pipeThrough(lines);
    this.writable = decoder.writable as WritableStream<Uint8Array>;
  }
}
