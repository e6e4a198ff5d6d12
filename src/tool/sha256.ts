/** SHA-256 hashes, which identify modules. */

import { TimeSlice } from "../pieces/time_slice.ts";
import { LARGE_MODULE_BYTES } from "./preparing/large_module.ts";

/** SHA-256 of bytes, in hexadecimal. */
export async function sha256Hex(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(hash).toHex();
}

/**
 * The same, synchronous and incremental, for a thread that may block:
 * `crypto.subtle` copies the bytes, and the copy of a large module stays until
 * V8 collects it.
 */
export async function sha256HexHere(
  ...pieces: readonly Uint8Array<ArrayBuffer>[]
): Promise<string> {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length < LARGE_MODULE_BYTES) {
    return await sha256Hex(
      pieces.length === 1 ? pieces[0]! : await new Blob([...pieces]).bytes(),
    );
  }
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
}

/** `crypto.subtle` copies the bytes on the thread that asks: 0.8 ms a MiB. */
const HASHED_AT_ONCE_BYTES = 1024 * 1024;
/** What is hashed between two looks at the time: some 0.15 ms. */
const PIECE_BYTES = 256 * 1024;

/** Loads Node's hash, if so many bytes need it: 16 ms, once in a thread. */
export async function loadHashFor(bytes: number): Promise<void> {
  if (bytes > HASHED_AT_ONCE_BYTES) await import("node:crypto");
}

/**
 * SHA-256 for a thread that must stay responsive: many bytes are hashed in
 * slices, 0.6 ms a MiB, and not copied.
 */
export async function sha256HexInSlices(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<string> {
  if (bytes.length <= HASHED_AT_ONCE_BYTES) return await sha256Hex(bytes);
  const { createHash } = await import("node:crypto");
  const slice = new TimeSlice();
  const hash = createHash("sha256");
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    if (slice.isOver) await slice.rest();
    hash.update(bytes.subarray(at, at + PIECE_BYTES));
  }
  return hash.digest("hex");
}
