/** Decides how much of a stream can be released, and masks secrets in it. */

import { concat } from "../bytes.ts";

/** A range that contains a secret. */
interface Place {
  readonly start: number;
  readonly end: number;
  readonly label: number;
  /**
   * The length of the matched pattern: the longest match in a range names it.
   */
  readonly length: number;
}

const FIRST_BYTES = 1024;

/** Holds back bytes that may belong to a secret; all positions are absolute. */
export class MaskedOutput {
  readonly #masks: readonly Uint8Array[];
  readonly #weights: readonly number[];
  #buffer = new Uint8Array(FIRST_BYTES);
  /** The position of the buffer's first byte, and the number of bytes in it. */
  #base = 0;
  #length = 0;
  /**
   * The position up to which everything was released; may be ahead of the
   * input.
   */
  #taken = 0;
  /** Sorted, without overlaps, and none starts before `#taken`. */
  #places: Place[] = [];
  /** The counted size of what was released. */
  counted = 0;
  hasMasked = false;

  constructor(masks: readonly Uint8Array[], weights: readonly number[]) {
    this.#masks = masks;
    this.#weights = weights;
  }

  /** Appends input, and returns its start position. */
  append(piece: Uint8Array): number {
    this.#makeRoom(piece.length);
    this.#buffer.set(piece, this.#length);
    this.#length += piece.length;
    return this.#base + this.#length - piece.length;
  }

  /** Marks a range; overlapping ranges are merged. */
  found(start: number, end: number, label: number): void {
    if (start < this.#taken) {
      this.#taken = Math.max(this.#taken, end);
      return;
    }
    let place: Place = { start, end, label, length: end - start };
    let at = this.#places.length;
    while (at > 0 && this.#places[at - 1]!.end > place.start) {
      at--;
      const other = this.#places[at]!;
      if (other.start >= place.end) continue;
      place = union(place, other);
      this.#places.splice(at, 1);
    }
    while (
      at < this.#places.length && this.#places[at]!.start < place.start
    ) at++;
    this.#places.splice(at, 0, place);
  }

  /** Releases what precedes a position, as far as it was received. */
  take(before: number): Uint8Array {
    const end = Math.min(before, this.#base + this.#length);
    const parts: Uint8Array[] = [];
    let places = 0;
    for (const place of this.#places) {
      if (place.start >= end) break;
      parts.push(this.#slice(this.#taken, place.start));
      parts.push(this.#masks[place.label]!);
      this.counted += this.#weights[place.label]!;
      this.#taken = place.end;
      places++;
    }
    if (places > 0) this.hasMasked = true;
    this.#places.splice(0, places);
    parts.push(this.#slice(this.#taken, end));
    this.#taken = Math.max(this.#taken, end);
    const bytes = concat(parts);
    this.counted += bytes.length;
    return bytes;
  }

  #slice(start: number, end: number): Uint8Array {
    if (end <= start) return new Uint8Array();
    return this.#buffer.subarray(start - this.#base, end - this.#base);
  }

  /**
   * Makes room: moves held bytes to the front if they are the smaller part of
   * the buffer.
   */
  #makeRoom(bytes: number): void {
    const done = Math.min(this.#taken - this.#base, this.#length);
    const held = this.#length - done;
    const isFull = this.#length + bytes > this.#buffer.length;
    if (isFull && (done < held || held + bytes > this.#buffer.length)) {
      const size = Math.max(held + bytes, this.#buffer.length * 2);
      const buffer = new Uint8Array(size);
      buffer.set(this.#buffer.subarray(done, this.#length));
      this.#buffer = buffer;
    } else if (done >= held) {
      this.#buffer.copyWithin(0, done, this.#length);
    } else return;
    this.#base += done;
    this.#length = held;
  }
}

function union(one: Place, other: Place): Place {
  const longer = one.length > other.length ? one : other;
  return {
    start: Math.min(one.start, other.start),
    end: Math.max(one.end, other.end),
    label: longer.label,
    length: longer.length,
  };
}
