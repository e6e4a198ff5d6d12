/** Decodes text from bytes that may be many, and invalid. */

import { TimeSlice } from "./time_slice.ts";

/** Bytes decoded before yielding: some 3 ms if every byte must be replaced. */
const PIECE_BYTES = 64 * 1024;

/**
 * Decodes UTF-8, replacing invalid bytes; synchronously if there are few bytes,
 * otherwise in pieces.
 */
export function decodeText(bytes: Uint8Array): string | Promise<string> {
  // Most calls write nothing, and even decoding nothing takes time.
  if (bytes.length === 0) return "";
  return bytes.length <= PIECE_BYTES
    ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)
    : decodePieces(bytes);
}

async function decodePieces(bytes: Uint8Array): Promise<string> {
  const slice = new TimeSlice();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    if (slice.isOver) await slice.rest();
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}
