/** How modules are told apart. */

/** SHA-256 of bytes, in hexadecimal. */
export async function sha256Hex(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(hash).toHex();
}

/** From so many bytes on, a copy of them is what hashing takes most of. */
const LARGE_BYTES = 8 * 1024 * 1024;

/**
 * The same for a thread that may wait for it: `crypto.subtle` copies the bytes,
 * and the copy is there until V8 collects it.
 */
export async function sha256HexHere(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<string> {
  if (bytes.length < LARGE_BYTES) return await sha256Hex(bytes);
  const { createHash } = await import("node:crypto");
  return createHash("sha256").update(bytes).digest("hex");
}
