/** A long text cut to its head and its tail. */

import { TimeSlice } from "../pieces/time_slice.ts";

/** Shorter pieces are put together first: encoding has a price of its own. */
const BATCH_CHARACTERS = 4 * 1024;

/** A text of bounded length. */
export interface CutText {
  /** The whole text, or its head and its tail with a mark between them. */
  readonly text: string;
  /** Bytes of UTF-8 that were left out; 0 when it is whole. */
  readonly bytesLeftOut: number;
}

/**
 * Puts pieces together, up to a limit, without holding up others.
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

/** Keeps the first bytes, and twice as many of the last as may be shown. */
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
    // Joined now and then, so that small pieces do not add up.
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

/** Without the beginning of a character that does not end. */
function decodeStart(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true })
    .decode(bytes, { stream: true });
}

/** Without the end of a character that does not begin. */
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
