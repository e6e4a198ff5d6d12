/**
 * The bytes call: an export that takes a pointer and a length, with an
 * allocator export that provides the memory.
 *
 * ```text
 *   allocator(i32 length) -> i32 pointer      0 where there is no room
 *   export(i32 pointer, i32 length) -> i32    or nothing
 * ```
 */

import { ExecutionFailed } from "../errors.ts";
import { quote } from "../quote.ts";
import type { RunningCall } from "./running_call.ts";

/** Calls an export with bytes and returns its i32 result. */
export function callBytes({ guest, plan, payload }: RunningCall): Uint8Array {
  const { exportName = "", allocator = "" } = plan;
  // The allocator may be the first thing that writes to the payload's memory.
  const bytes = payload.slice();
  const pointer = Number(guest.function(allocator)(bytes.length)) >>> 0;
  const { buffer } = guest.memory;
  if (pointer === 0 || pointer + bytes.length > buffer.byteLength) {
    throw new ExecutionFailed(
      `${
        quote(allocator)
      } answered ${pointer} for ${bytes.length} bytes, where there is no room`,
    );
  }
  new Uint8Array(buffer).set(bytes, pointer);
  const answer = guest.function(exportName)(pointer, bytes.length);
  return new Uint8Array(Int32Array.of(Number(answer ?? 0)).buffer);
}
