/** SHA-256 hashes, which identify modules. */

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
