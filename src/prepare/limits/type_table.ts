/**
 * The function types that a process has passed to V8, in memory shared by
 * threads, as V8's table outlives threads.
 *
 * ```text
 *   ┌───────┬────────┬──────┬──────┬────────────────────────────────┐
 *   │ types │ values │ key  │ key  │ a mark for each type, by place │
 *   └───────┴────────┴──────┴──────┴────────────────────────────────┘
 * ```
 *
 * A mark is a hash with secret keys. The chance of a collision is about one in
 * a hundred million; the second type is then not counted.
 */

const HEADER_WORDS = 4;
/** Twice as many as there may be marks; what is not used takes no memory. */
const SLOTS = 2 ** 20;

/** The largest primes below 2^26: a product is exact in a double. */
const PRIMES = [67_108_859, 67_108_837] as const;

/** Marks types, and counts those that were new. */
export class TypeTable {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #keys: readonly [number, number];

  /** @param memory The memory of another table, to count in the same one. */
  constructor(memory?: SharedArrayBuffer) {
    this.memory = memory ?? freshMemory();
    this.#words = new Int32Array(this.memory);
    this.#keys = [this.#words[2]!, this.#words[3]!];
  }

  /** How many different types there were. */
  get types(): number {
    return Atomics.load(this.#words, 0);
  }

  /** How many parameters and results they have together. */
  get values(): number {
    return Atomics.load(this.#words, 1);
  }

  /** The mark of a type that is written as these numbers; never 0. */
  mark(type: readonly number[]): number {
    const [a, b] = this.#keys;
    let [first, second] = [1, 1];
    for (const number of type) {
      // Of both halves, as a number may be of 32 bits.
      const low = number & 0xffff;
      const high = number >>> 16;
      first = ((first * a) % PRIMES[0] + low) % PRIMES[0];
      first = ((first * a) % PRIMES[0] + high) % PRIMES[0];
      second = ((second * b) % PRIMES[1] + low) % PRIMES[1];
      second = ((second * b) % PRIMES[1] + high) % PRIMES[1];
    }
    return (Math.imul(first, 32) ^ second) & 0x7fff_ffff || 1;
  }

  /** Whether a type of this mark was counted. */
  has(mark: number): boolean {
    for (let slot = mark % SLOTS;; slot = (slot + 1) % SLOTS) {
      const found = Atomics.load(this.#words, HEADER_WORDS + slot);
      if (found === mark || found === 0) return found === mark;
    }
  }

  /** Counts a type of so many values, unless its mark is there already. */
  add(mark: number, values: number): void {
    for (let slot = mark % SLOTS;; slot = (slot + 1) % SLOTS) {
      const at = HEADER_WORDS + slot;
      const found = Atomics.compareExchange(this.#words, at, 0, mark);
      if (found === mark) return;
      if (found !== 0) continue;
      Atomics.add(this.#words, 0, 1);
      Atomics.add(this.#words, 1, values);
      return;
    }
  }
}

function freshMemory(): SharedArrayBuffer {
  const bytes = (HEADER_WORDS + SLOTS) * Int32Array.BYTES_PER_ELEMENT;
  const memory = new SharedArrayBuffer(bytes);
  const words = new Int32Array(memory);
  const [a, b] = crypto.getRandomValues(new Uint32Array(2));
  words[2] = 2 + a! % (PRIMES[0] - 2);
  words[3] = 2 + b! % (PRIMES[1] - 2);
  return memory;
}
