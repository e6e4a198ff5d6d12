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

/** Loads what {@linkcode sha256HexInSlices} needs: 16 ms, once. */
export async function loadHash(): Promise<void> {
  await import("node:crypto");
}

/** What is hashed between two looks at the time: some 0.15 ms. */
const PIECE_BYTES = 256 * 1024;

/** The same for a thread that goes on meanwhile, which makes no copy either. */
export async function sha256HexInSlices(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const { createHash } = await import("node:crypto");
  const slice = new TimeSlice();
  const hash = createHash("sha256");
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    if (slice.isOver) await slice.rest();
    hash.update(bytes.subarray(at, at + PIECE_BYTES));
  }
  return hash.digest("hex");
}
