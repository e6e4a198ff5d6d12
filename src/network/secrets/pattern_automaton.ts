/**
 * Finds any of many patterns in a stream of bytes, each byte looked at a
 * bounded number of times on average, whatever the patterns and the bytes are.
 *
 * @see https://doi.org/10.1145/360825.360855 Aho and Corasick, 1975
 */

/** What to find, and what the finder is told then. */
export interface Pattern {
  readonly bytes: Uint8Array;
  readonly label: number;
}

/** Where the search stands: 0 where nothing has begun. */
export type AutomatonState = number;

const ROOT = 0;
const NONE = -1;

/** A trie with failure links; what is alike to `classOf` counts as the same. */
export class PatternAutomaton {
  /** What each byte counts as; below 0: it is passed over. */
  readonly #classOf: Int16Array;
  /** The usual node has one child, the others have theirs in `#branches`. */
  readonly #onlyByte: Int16Array;
  readonly #onlyChild: Int32Array;
  readonly #branches = new Map<number, number>();
  /** Most bytes are looked up here. */
  readonly #fromRoot = new Int32Array(256);
  readonly #fail: Int32Array;
  readonly #depth: Int32Array;
  /** The longest pattern that ends here: its length and its label. */
  readonly #foundLength: Int32Array;
  readonly #foundLabel: Int32Array;

  /** @param classOf What each byte counts as; below 0 it is passed over. */
  constructor(patterns: readonly Pattern[], classOf: Int16Array) {
    const size = patterns.reduce((sum, { bytes }) => sum + bytes.length, 1);
    this.#classOf = classOf;
    this.#onlyByte = new Int16Array(size).fill(NONE);
    this.#onlyChild = new Int32Array(size);
    this.#fail = new Int32Array(size);
    this.#depth = new Int32Array(size);
    this.#foundLength = new Int32Array(size);
    this.#foundLabel = new Int32Array(size);
    let nodes = 1;
    for (const { bytes, label } of patterns) {
      let node = ROOT;
      for (const byte of bytes) {
        const value = classOf[byte]!;
        const child = this.#child(node, value);
        if (child === NONE) {
          this.#link(node, value, nodes);
          this.#depth[nodes] = this.#depth[node]! + 1;
          node = nodes++;
        } else node = child;
      }
      this.#foundLength[node] = bytes.length;
      this.#foundLabel[node] = label;
    }
    for (let value = 0; value < 256; value++) {
      this.#fromRoot[value] = Math.max(ROOT, this.#child(ROOT, value));
    }
    this.#linkFailures(nodes);
  }

  /** Where the search stands after a byte. */
  next(state: AutomatonState, byte: number): AutomatonState {
    const value = this.#classOf[byte]!;
    if (value < 0) return state;
    for (let node = state; node !== ROOT; node = this.#fail[node]!) {
      const child = this.#child(node, value);
      if (child !== NONE) return child;
    }
    return this.#fromRoot[value]!;
  }

  /** Whether a byte changes nothing about the search. */
  passesOver(byte: number): boolean {
    return this.#classOf[byte]! < 0;
  }

  /** Of how many of the last bytes a pattern may consist. */
  depth(state: AutomatonState): number {
    return this.#depth[state]!;
  }

  /** The length of the longest pattern that ends here; 0 if none does. */
  foundLength(state: AutomatonState): number {
    return this.#foundLength[state]!;
  }

  /** The label of that pattern. */
  foundLabel(state: AutomatonState): number {
    return this.#foundLabel[state]!;
  }

  #child(node: number, value: number): number {
    const only = this.#onlyByte[node]!;
    if (only === value) return this.#onlyChild[node]!;
    return only === NONE
      ? NONE
      : this.#branches.get(node * 256 + value) ?? NONE;
  }

  #link(node: number, value: number, child: number): void {
    if (this.#onlyByte[node] !== NONE) {
      this.#branches.set(node * 256 + value, child);
      return;
    }
    this.#onlyByte[node] = value;
    this.#onlyChild[node] = child;
  }

  /** By depth: each node's link leads to the longest end of it that begins. */
  #linkFailures(nodes: number): void {
    const children = childrenOf(
      nodes,
      this.#onlyByte,
      this.#onlyChild,
      this.#branches,
    );
    const queue = [ROOT];
    for (let at = 0; at < queue.length; at++) {
      const node = queue[at]!;
      for (const [value, child] of children[node]!) {
        queue.push(child);
        if (node !== ROOT) {
          this.#fail[child] = this.#afterFailure(node, value);
        }
        const shorter = this.#fail[child]!;
        if (this.#foundLength[child] === 0) {
          this.#foundLength[child] = this.#foundLength[shorter]!;
          this.#foundLabel[child] = this.#foundLabel[shorter]!;
        }
      }
    }
  }

  #afterFailure(node: number, value: number): number {
    for (let at = this.#fail[node]!;; at = this.#fail[at]!) {
      const child = this.#child(at, value);
      if (child !== NONE) return child;
      if (at === ROOT) return ROOT;
    }
  }
}

function childrenOf(
  nodes: number,
  onlyByte: Int16Array,
  onlyChild: Int32Array,
  branches: ReadonlyMap<number, number>,
): [value: number, child: number][][] {
  const children: [number, number][][] = [];
  for (let node = 0; node < nodes; node++) {
    children.push(
      onlyByte[node] === NONE ? [] : [[onlyByte[node]!, onlyChild[node]!]],
    );
  }
  for (const [key, child] of branches) {
    children[key >> 8]!.push([key & 255, child]);
  }
  return children;
}
