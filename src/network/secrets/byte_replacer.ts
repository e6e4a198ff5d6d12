/** Replaces texts in a stream of bytes, whatever the pieces it comes in. */

/** What to look for, and what to put there. */
export interface Replacement {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}

const NOTHING = new Uint8Array();

/** What a text may be to the bytes at one place. */
type Fit = "whole" | "begun" | "none";

/** Replaces any of several texts; where several fit, the longest. */
export class ByteReplacer {
  /** By first byte, so that most bytes are passed over at once. */
  readonly #byFirst: readonly (readonly Replacement[] | undefined)[];

  constructor(replacements: readonly Replacement[]) {
    const byFirst = new Array<Replacement[] | undefined>(256).fill(undefined);
    const longestFirst = replacements
      .toSorted((a, b) => b.from.length - a.from.length);
    for (const one of longestFirst) (byFirst[one.from[0]!] ??= []).push(one);
    this.#byFirst = byFirst;
  }

  /** Replaces in a whole; the same bytes when there is nothing to replace. */
  replace(bytes: Uint8Array): Uint8Array {
    return this.#scan(bytes, true).replaced;
  }

  /** Whether there is anything to replace. */
  isIn(bytes: Uint8Array): boolean {
    return this.#scan(bytes, true).replaced !== bytes;
  }

  /** Begins a stream. */
  stream(): ReplacingStream {
    return new ReplacingStream((bytes, isEnd) => this.#scan(bytes, isEnd));
  }

  /** Replaces up to where a text may have begun that the next bytes end. */
  #scan(bytes: Uint8Array, isEnd: boolean): Scan {
    const parts: Uint8Array[] = [];
    let done = 0;
    let at = 0;
    scan: while (at < bytes.length) {
      for (const one of this.#byFirst[bytes[at]!] ?? []) {
        const fit = fitAt(bytes, at, one.from);
        if (fit === "begun" && !isEnd) break scan;
        if (fit !== "whole") continue;
        parts.push(bytes.subarray(done, at), one.to);
        done = at += one.from.length;
        continue scan;
      }
      at++;
    }
    const rest = bytes.subarray(done, at);
    return {
      replaced: parts.length > 0
        ? concat([...parts, rest])
        : at === bytes.length
        ? bytes
        : rest,
      held: bytes.subarray(at),
    };
  }
}

interface Scan {
  readonly replaced: Uint8Array;
  readonly held: Uint8Array;
}

/** Replaces in pieces, holding back what may be the beginning of a text. */
export class ReplacingStream {
  readonly #scan: (bytes: Uint8Array, isEnd: boolean) => Scan;
  #held: Uint8Array = NOTHING;

  constructor(scan: (bytes: Uint8Array, isEnd: boolean) => Scan) {
    this.#scan = scan;
  }

  /** What can be passed on after the next piece. */
  push(piece: Uint8Array): Uint8Array {
    const bytes = this.#held.length === 0 ? piece : concat([this.#held, piece]);
    const { replaced, held } = this.#scan(bytes, false);
    this.#held = held.slice();
    return replaced;
  }

  /** What is left at the end. */
  end(): Uint8Array {
    const held = this.#held;
    this.#held = NOTHING;
    return this.#scan(held, true).replaced;
  }
}

/** One run of bytes. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const total = parts.reduce((sum, { length }) => sum + length, 0);
  const whole = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function fitAt(bytes: Uint8Array, at: number, wanted: Uint8Array): Fit {
  const length = Math.min(wanted.length, bytes.length - at);
  for (let i = 0; i < length; i++) {
    if (bytes[at + i] !== wanted[i]) return "none";
  }
  return length === wanted.length ? "whole" : "begun";
}
