/**
 * Finds any of many patterns in a byte stream, in amortized constant time per
 * byte, whatever the patterns and the bytes.
 *
 * @see https://doi.org/10.1145/360825.360855 Aho and Corasick, 1975
 */

/** A pattern and the label to report. */
export interface Pattern {
  readonly bytes: Uint8Array;
  readonly label: number;
}

/** The state of a search: 0 if nothing has matched so far. */
export type AutomatonState = number;

const ROOT = 0;
const NONE = -1;

/** A trie with failure links; bytes of the same class are equal. */
export class PatternAutomaton {
  /** The class of each byte; below 0 it is ignored. */
  readonly #classOf: Int16Array;
  /** Most nodes have one child; others have theirs in `#branches`. */
  readonly #onlyByte: Int16Array;
  readonly #onlyChild: Int32Array;
  readonly #branches = new Map<number, number>();
  /** The transitions from the root, used for most bytes. */
  readonly #fromRoot = new Int32Array(256);
  readonly #fail: Int32Array;
  readonly #depth: Int32Array;
  /** The longest pattern that ends here: its length and its label. */
  readonly #foundLength: Int32Array;
  readonly #foundLabel: Int32Array;

  /** @param classOf The class of each byte; below 0 it is ignored. */
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

  /** The state after a byte. */
  next(state: AutomatonState, byte: number): AutomatonState {
    const value = this.#classOf[byte]!;
    if (value < 0) return state;
    for (let node = state; node !== ROOT; node = this.#fail[node]!) {
      const child = this.#child(node, value);
      if (child !== NONE) return child;
    }
    return this.#fromRoot[value]!;
  }

  /** Whether a byte is ignored. */
  passesOver(byte: number): boolean {
    return this.#classOf[byte]! < 0;
  }

  /** How many of the last bytes may belong to a match. */
  depth(state: AutomatonState): number {
    return this.#depth[state]!;
  }

  /** The length of the longest pattern that ends here; 0 if there is none. */
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

  /**
   * Sets failure links breadth-first: each leads to the longest proper suffix
   * in the trie.
   */
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
