/** How modules are told apart. */

import { LARGE_MODULE_BYTES } from "./preparing/large_module.ts";

/** SHA-256 of bytes, in hexadecimal. */
export async function sha256Hex(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(hash).toHex();
}

/**
 * The same for a thread that may wait for it: `crypto.subtle` copies the bytes,
 * and of a large module the copy is there until V8 collects it.
 */
export async function sha256HexHere(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<string> {
  if (bytes.length < LARGE_MODULE_BYTES) return await sha256Hex(bytes);
  const { createHash } = await import("node:crypto");
  return createHash("sha256").update(bytes).digest("hex");
}
