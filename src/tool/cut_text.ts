/** Truncates a long text to its head and its tail. */

import { TimeSlice } from "../pieces/time_slice.ts";

/** Shorter pieces are joined first: each encoding has a fixed cost. */
const BATCH_CHARACTERS = 4 * 1024;

/** A text of bounded length. */
export interface CutText {
  /** The whole text, or its head and tail with a marker between them. */
  readonly text: string;
  /** Bytes of UTF-8 left out; 0 if none. */
  readonly bytesLeftOut: number;
}

/**
 * Joins pieces up to a limit, without blocking the event loop.
 *
 * @param maxBytes The most bytes of head and tail together, in UTF-8.
 */
export async function cutText(
  pieces: Iterable<string>,
  maxBytes: number,
): Promise<CutText> {
  const cutter = new TextCutter(maxBytes);
  const slice = new TimeSlice();
  let batch = "";
  for (const piece of pieces) {
    batch += piece;
    if (batch.length < BATCH_CHARACTERS) continue;
    cutter.add(batch);
    batch = "";
    if (slice.isOver) await slice.rest();
  }
  cutter.add(batch);
  return cutter.finish();
}

/** Keeps the head, and up to twice the tail that may be shown. */
class TextCutter {
  readonly #maxBytes: number;
  readonly #head: Uint8Array;
  #headBytes = 0;
  #tail: Uint8Array[] = [];
  #tailBytes = 0;
  #allBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#head = new Uint8Array(maxBytes);
  }

  add(piece: string): void {
    const bytes = new TextEncoder().encode(piece);
    this.#allBytes += bytes.length;
    const room = this.#head.length - this.#headBytes;
    const first = bytes.subarray(0, room);
    this.#head.set(first, this.#headBytes);
    this.#headBytes += first.length;
    const rest = bytes.subarray(first.length);
    if (rest.length === 0) return;
    this.#tail.push(rest);
    this.#tailBytes += rest.length;
    // Joined from time to time, so that small pieces do not accumulate.
    if (this.#tailBytes > 2 * this.#maxBytes) this.#shortenTail();
  }

  finish(): CutText {
    const head = this.#head.subarray(0, this.#headBytes);
    if (this.#allBytes <= this.#maxBytes) {
      return { text: decode(head), bytesLeftOut: 0 };
    }
    this.#shortenTail();
    const both = joined([head, ...this.#tail]);
    const tailBytes = Math.floor(this.#maxBytes / 3);
    const start = decodeStart(both.subarray(0, this.#maxBytes - tailBytes));
    const end = decodeEnd(both.subarray(both.length - tailBytes));
    const bytesLeftOut = this.#allBytes - byteLength(start) - byteLength(end);
    return {
      text: `${start}\n[... ${bytesLeftOut} bytes left out ...]\n${end}`,
      bytesLeftOut,
    };
  }

  #shortenTail(): void {
    const all = joined(this.#tail);
    const last = all.slice(Math.max(0, all.length - this.#maxBytes));
    this.#tail = [last];
    this.#tailBytes = last.length;
  }
}

/** Decodes, dropping an incomplete character at the end. */
function decodeStart(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true })
    .decode(bytes, { stream: true });
}

/** Decodes, dropping an incomplete character at the start. */
function decodeEnd(bytes: Uint8Array): string {
  let from = 0;
  while (from < bytes.length && (bytes[from]! & 0xc0) === 0x80) from++;
  return decode(bytes.subarray(from));
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
