/**
 * The tool ABI: JSON in, JSON out, through the guest's own memory.
 *
 * ```text
 *   __tool_schema()               -> (i32 ptr, i32 len)  or  i64 ptr << 32 | len
 *   __tool_execute(i32 ptr, i32 len) -> the same
 *   __tool_alloc(i32 len) -> i32 ptr        where the arguments are to go
 * ```
 *
 * Returned pointers, lengths and bytes are untrusted.
 */

import { ExecutionFailed } from "../errors.ts";
import type { StopPage } from "../stop_page.ts";
import type { GuestInstance } from "./instance.ts";

/**
 * Where arguments are placed if memory can't grow and there is no allocator.
 */
const FALLBACK_OFFSET = 1024;

/** Bytes searched or copied between checks of the stop word. */
const PIECE_BYTES = 1 << 18;

/** Calls `__tool_schema`; the bytes are a view of the guest's memory. */
export function callSchema(
  guest: GuestInstance,
  maxResultBytes: number,
): Uint8Array {
  const answer = guest.function("__tool_schema")();
  return answerBytes("__tool_schema", answer, guest, maxResultBytes);
}

/**
 * Calls `__tool_execute`; the bytes are a view of the guest's memory.
 *
 * @throws {GuestStopped} when the call is stopped while its arguments are being
 * placed.
 */
export function callExecute(
  guest: GuestInstance,
  args: Uint8Array,
  maxResultBytes: number,
  stopPage: StopPage,
): Uint8Array {
  const offset = placeArguments(guest, args, stopPage);
  const answer = guest.function("__tool_execute")(offset, args.length);
  return answerBytes("__tool_execute", answer, guest, maxResultBytes);
}

function placeArguments(
  guest: GuestInstance,
  args: Uint8Array,
  stopPage: StopPage,
): number {
  const offset = guest.has("__tool_alloc")
    ? allocated(guest, args.length)
    : guest.grow(args.length) ??
      unusedOffset(guest.memory, args.length, stopPage);
  const { buffer } = guest.memory;
  if (offset + args.length > buffer.byteLength) {
    throw new ExecutionFailed(
      `Arguments of ${args.length} bytes at ${offset} do not fit into the guest's memory of ${buffer.byteLength} bytes`,
    );
  }
  const target = new Uint8Array(buffer, offset, args.length);
  for (let at = 0; at < args.length; at += PIECE_BYTES) {
    stopPage.check();
    target.set(args.subarray(at, at + PIECE_BYTES), at);
  }
  return offset;
}

/**
 * The first unused offset at or after the fallback; the fallback itself if
 * there is none.
 */
function unusedOffset(
  memory: WebAssembly.Memory,
  length: number,
  stopPage: StopPage,
): number {
  const bytes = new Uint8Array(memory.buffer);
  let start = FALLBACK_OFFSET;
  for (let at = start; at < bytes.length; at++) {
    if (at % PIECE_BYTES === 0) stopPage.check();
    if (bytes[at] !== 0) start = at + 1;
    else if (at - start + 1 >= length) return start;
  }
  return FALLBACK_OFFSET;
}

function allocated(guest: GuestInstance, bytes: number): number {
  const pointer = guest.function("__tool_alloc")(bytes);
  if (typeof pointer !== "number") {
    throw new ExecutionFailed("__tool_alloc did not return an i32");
  }
  return pointer >>> 0;
}

function answerBytes(
  name: string,
  answer: unknown,
  guest: GuestInstance,
  maxResultBytes: number,
): Uint8Array {
  const [pointer, length] = pointerAndLength(name, answer);
  if (length > maxResultBytes) {
    throw new ExecutionFailed(
      `${name} answered with ${length} bytes, limit is ${maxResultBytes}`,
    );
  }
  const { buffer } = guest.memory;
  if (pointer + length > buffer.byteLength) {
    throw new ExecutionFailed(
      `${name} answered with ${length} bytes at ${pointer}, out of bounds of its memory of ${buffer.byteLength} bytes`,
    );
  }
  return new Uint8Array(buffer, pointer, length);
}

/**
 * Decodes both forms as unsigned numbers, so negative ones are out of bounds.
 */
function pointerAndLength(name: string, answer: unknown): [number, number] {
  if (typeof answer === "bigint") {
    const bits = BigInt.asUintN(64, answer);
    return [Number(bits >> 32n), Number(bits & 0xffff_ffffn)];
  }
  if (Array.isArray(answer)) {
    const [pointer, length] = answer;
    if (typeof pointer === "number" && typeof length === "number") {
      return [pointer >>> 0, length >>> 0];
    }
  }
  throw new ExecutionFailed(`${name} returned neither (i32, i32) nor i64`);
}
