/** Transfers data in pieces that is too large for one message. */

import { pieceFrame } from "./frames.ts";

/** Maximum number of pieces in flight, per call and direction. */
export const PIECE_WINDOW = 8;
/** Minimum size of all pieces but the last. */
export const LEAST_PIECE_BYTES = 1_024;

const MOST_PIECE_BYTES = 256 * 1024;
/** Size of a message besides the piece, including its subject. */
const ROOM_FOR_HEAD = 64;

/** The size of a piece for a server's maximum payload. */
export function pieceBytes(maxPayload: number | undefined): number {
  const room = (maxPayload ?? 1024 * 1024) - ROOM_FOR_HEAD;
  return Math.max(LEAST_PIECE_BYTES, Math.min(MOST_PIECE_BYTES, room));
}

/**
 * Sends the pieces after the first message, as the other side grants credit.
 */
export class PieceSender {
  readonly #bytes: Uint8Array;
  readonly #size: number;
  readonly #publish: (frame: Uint8Array) => void;
  #sent = 0;

  /** @param publish Sends a message to the other side. */
  constructor(
    bytes: Uint8Array,
    size: number,
    publish: (frame: Uint8Array) => void,
  ) {
    this.#bytes = bytes;
    this.#size = size;
    this.#publish = publish;
  }

  /** The piece that goes with the first message. */
  get first(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  /** The total number of bytes. */
  get length(): number {
    return this.#bytes.length;
  }

  /** Whether all pieces are sent. */
  get isDone(): boolean {
    return (this.#sent + 1) * this.#size >= this.#bytes.length;
  }

  /**
   * Sends until a total of `pieces` are sent, or all; at most a window, since
   * the other side can't have accepted what was not sent.
   *
   * @returns the number of bytes sent.
   */
  allow(pieces: number): number {
    let bytes = 0;
    const most = Math.min(pieces, this.#sent + PIECE_WINDOW);
    while (!this.isDone && this.#sent < most) {
      const at = ++this.#sent * this.#size;
      const piece = this.#bytes.subarray(at, at + this.#size);
      this.#publish(pieceFrame(this.#sent, piece));
      bytes += piece.length;
    }
    return bytes;
  }
}

/** The outcome of receiving a piece. */
export type PieceFate = "taken" | "last" | "dropped" | "wrong";

/**
 * Receives pieces in order up to a length that was checked before. Nothing is
 * allocated for what was only announced.
 */
export class PieceTaker {
  readonly #total: number;
  #pieces: Uint8Array[] = [];
  #length = 0;
  #taken = 0;

  /** @param total The total length. */
  constructor(total: number) {
    this.#total = total;
  }

  /** The total number of pieces that may be sent so far. */
  get credit(): number {
    return this.#taken + PIECE_WINDOW;
  }

  /** Takes the piece of the first message. */
  begin(piece: Uint8Array): PieceFate {
    return this.#add(piece);
  }

  /** Takes a later piece; a duplicate is dropped. */
  take(number: number, piece: Uint8Array): PieceFate {
    if (number <= this.#taken) return "dropped";
    if (number !== this.#taken + 1) return "wrong";
    this.#taken = number;
    return this.#add(piece);
  }

  /** All pieces joined; they are released. */
  bytes(): Uint8Array {
    const pieces = this.#pieces;
    this.#pieces = [];
    if (pieces.length === 1) return pieces[0]!;
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  #add(piece: Uint8Array): PieceFate {
    this.#length += piece.length;
    const isLast = this.#length === this.#total;
    if (
      this.#length > this.#total ||
      (!isLast && piece.length < LEAST_PIECE_BYTES)
    ) return "wrong";
    // A message is a view of a buffer that it shares with others.
    this.#pieces.push(piece.slice());
    return isLast ? "last" : "taken";
  }
}
