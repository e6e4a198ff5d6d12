/** The sources of a guest's random bytes. */

/** Fills the bytes, at most 64 KiB. */
export type GuestRandom = (into: Uint8Array<ArrayBuffer>) => void;

/** Unpredictable bytes. */
export function realRandom(into: Uint8Array<ArrayBuffer>): void {
  crypto.getRandomValues(into);
}

const WORD = 0x1_0000_0000;

/**
 * Bytes derived from a seed: xoshiro128**, seeded with splitmix32. They are
 * uniformly distributed but predictable.
 *
 * @see https://prng.di.unimi.it/xoshiro128starstar.c
 */
export function seededRandom(seed: number): GuestRandom {
  const next = mixer(seed % WORD, Math.floor(seed / WORD));
  let [a, b, c, d] = [next(), next(), next(), next()];
  const word = () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9);
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return result;
  };
  let [rest, left] = [0, 0];
  return (into) => {
    for (let at = 0; at < into.length; at++) {
      if (left-- === 0) [rest, left] = [word(), 3];
      into[at] = rest & 0xff;
      rest >>>= 8;
    }
  };
}

/** A generator of well-mixed words from a weak seed. */
function mixer(low: number, high: number): () => number {
  let state = low ^ Math.imul(high, 0x85eb_ca6b);
  return () => {
    state = (state + 0x9e37_79b9) | 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return mixed ^ (mixed >>> 15);
  };
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
