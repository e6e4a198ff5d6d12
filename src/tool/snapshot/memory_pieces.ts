/**
 * Serializes memories in snapshot files: the non-zero ranges and their bytes.
 */

import { IMAGE_PAGE_BYTES, PAGE_BYTES } from "../../contract/page_bytes.ts";
import type { MemoryImage } from "../../contract/state_image.ts";
import type { TimeSlice } from "../../pieces/time_slice.ts";
import type { ByteReader } from "./byte_reader.ts";
import type { HeadMemory } from "./snapshot_head.ts";
import { refused } from "./snapshot_refusal.ts";

const PAGES_A_PAGE = PAGE_BYTES / IMAGE_PAGE_BYTES;
/** Bytes copied before yielding: new memory costs some 0.8 ms per MiB. */
const COPIED_AT_ONCE_BYTES = 512 * 1024;

/** The pieces of a memory, in order. */
export function* memoryPieces(
  { contents, runs }: MemoryImage,
): Generator<Uint8Array> {
  yield new Uint8Array(runs.slice().buffer);
  const all = new Uint8Array(contents.buffer);
  for (let i = 0; i < runs.length; i += 2) {
    const start = runs[i]! * IMAGE_PAGE_BYTES;
    yield all.subarray(start, start + runs[i + 1]! * IMAGE_PAGE_BYTES);
  }
}

/**
 * Reads a memory.
 *
 * @param slice Bytes to read before yielding to the event loop.
 * @throws {ExecutionFailed} when pieces overlap, are out of order or exceed the
 * memory.
 */
export async function readMemory(
  reader: ByteReader,
  { pages, runs: count }: HeadMemory,
  slice: TimeSlice,
): Promise<MemoryImage> {
  const runs = Uint32Array.from(reader.i32s(count));
  const contents = new WebAssembly.Memory({
    initial: pages,
    maximum: Math.max(pages, 1),
    shared: true,
  });
  const to = new Uint8Array(contents.buffer);
  let least = 0;
  for (let i = 0; i < runs.length; i += 2) {
    const [first, length] = [runs[i]!, runs[i + 1]!];
    const isSound = length > 0 && first >= least &&
      first + length <= pages * PAGES_A_PAGE;
    if (!isSound) throw refused("a part of its memory is out of bounds");
    least = first + length;
    for (let at = first * IMAGE_PAGE_BYTES; at < least * IMAGE_PAGE_BYTES;) {
      if (slice.isOver) await slice.rest();
      const left = least * IMAGE_PAGE_BYTES - at;
      const bytes = reader.bytes(Math.min(COPIED_AT_ONCE_BYTES, left));
      to.set(bytes, at);
      at += bytes.length;
    }
  }
  return { contents, pages, runs };
}
