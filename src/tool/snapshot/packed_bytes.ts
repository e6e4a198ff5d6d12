/** Deflates bytes, and inflates them up to a limit. */

/** Compresses bytes. */
export async function deflate(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream()
    .pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Decompresses bytes; undefined when they are none, or become too many. */
export async function inflate(
  bytes: Uint8Array,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const stream = slices(bytes)
    .pipeThrough(new DecompressionStream("deflate-raw"));
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of stream) {
      length += piece.length;
      if (length > limit) return undefined;
      pieces.push(piece);
    }
  } catch {
    return undefined;
  }
  return joined(pieces);
}

/** What is inflated at once becomes a thousand times as much, at most. */
const SLICE_BYTES = 4096;

function slices(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at += SLICE_BYTES));
    },
  }, { highWaterMark: 0 });
}

/** All pieces, one after another. */
export function joined(
  pieces: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(
    pieces.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
