/**
 * Deflates bytes, and inflates them up to a limit, without blocking the event
 * loop.
 */

import { collectBytes } from "../../pieces/collect_bytes.ts";
import { TimeSlice } from "../../pieces/time_slice.ts";

/** Bytes deflated before yielding; takes a millisecond or two. */
const DEFLATED_AT_ONCE_BYTES = 65_536;
/** Bytes inflated before yielding; they expand at most a thousandfold. */
const INFLATED_AT_ONCE_BYTES = 4096;

/** Compresses bytes. */
export async function deflate(
  pieces: Iterable<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  return await collectBytes(
    streamOf(pieces, DEFLATED_AT_ONCE_BYTES)
      .pipeThrough(new CompressionStream("deflate-raw")),
  );
}

/** Decompresses bytes; undefined if they are invalid or exceed the limit. */
export async function inflate(
  bytes: Uint8Array,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const stream = streamOf([bytes], INFLATED_AT_ONCE_BYTES)
    .pipeThrough(new DecompressionStream("deflate-raw"));
  try {
    return await collectBytes(stream, 0, (length) => {
      if (length > limit) throw new RangeError("Too many bytes");
    });
  } catch {
    return undefined;
  }
}

/** Copies the pieces in chunks, as they may be views of shared memory. */
function streamOf(
  pieces: Iterable<Uint8Array>,
  atOnce: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const cut = cutPieces(pieces, atOnce);
  const slice = new TimeSlice();
  return new ReadableStream({
    async pull(controller) {
      if (slice.isOver) await slice.rest();
      const { value } = cut.next();
      if (value) controller.enqueue(value);
      else controller.close();
    },
  }, { highWaterMark: 0 });
}

function* cutPieces(
  pieces: Iterable<Uint8Array>,
  atOnce: number,
): Generator<Uint8Array<ArrayBuffer>, undefined> {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += atOnce) {
      yield piece.slice(at, at + atOnce) as Uint8Array<ArrayBuffer>;
    }
  }
}
