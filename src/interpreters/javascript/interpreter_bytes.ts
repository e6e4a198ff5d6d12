/** The bytes of the JavaScript interpreter, decompressed on demand. */

let unpacking: Promise<Uint8Array<ArrayBuffer>> | undefined;

/** The module, which is a guest like any other. */
export function interpreterBytes(): Promise<Uint8Array<ArrayBuffer>> {
  return unpacking ??= unpack();
}

/** The same as a stream, so that the reader can do other work meanwhile. */
export function interpreterStream(): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      controller.enqueue(await interpreterBytes());
      controller.close();
    },
  });
}

async function unpack(): Promise<Uint8Array<ArrayBuffer>> {
  const { QUICKJS } = await import("./quickjs.ts");
  const packed = new Blob([Uint8Array.fromBase64(QUICKJS)]).stream();
  const bytes = packed.pipeThrough(new DecompressionStream("gzip"));
  return await new Response(bytes).bytes();
}
