/** Searches one layer of a stream, tracking positions in the source. */

import type { AutomatonState, PatternAutomaton } from "./pattern_automaton.ts";

/** Receives each match. */
export interface FoundPlaces {
  found(start: number, end: number, label: number): void;
}

/** The state of one search, and the source positions of its last bytes. */
export class PlacedSearch {
  readonly #automaton: PatternAutomaton;
  readonly #places: FoundPlaces;
  /** The start positions of the last bytes, in a ring buffer. */
  readonly #starts: Float64Array;
  readonly #mask: number;
  #count = 0;
  #state: AutomatonState = 0;

  constructor(
    automaton: PatternAutomaton,
    longest: number,
    places: FoundPlaces,
  ) {
    this.#automaton = automaton;
    this.#places = places;
    this.#starts = new Float64Array(2 ** Math.ceil(Math.log2(longest + 1)));
    this.#mask = this.#starts.length - 1;
  }

  /** Whether nothing has matched so far. */
  get isAtRest(): boolean {
    return this.#state === 0;
  }

  /** The start of a possible match; infinite if there is none. */
  get heldFrom(): number {
    return this.#state === 0
      ? Infinity
      : this.#startOf(this.#automaton.depth(this.#state));
  }

  /** Whether both are in equivalent states. */
  isLike(other: PlacedSearch): boolean {
    return this.#state === other.#state;
  }

  /** Copies the state of another search. */
  become(other: PlacedSearch): void {
    this.#state = other.#state;
    const depth = this.#automaton.depth(other.#state);
    for (let ago = depth; ago > 0; ago--) {
      this.#starts[this.#count++ & this.#mask] = other.#startOf(ago);
    }
  }

  /** Takes the next byte. */
  step(byte: number, start: number, end: number): void {
    const automaton = this.#automaton;
    const state = automaton.next(this.#state, byte);
    this.#state = state;
    if (state === 0 || automaton.passesOver(byte)) return;
    this.#starts[this.#count++ & this.#mask] = start;
    const length = automaton.foundLength(state);
    if (length === 0) return;
    this.#places.found(this.#startOf(length), end, automaton.foundLabel(state));
  }

  #startOf(bytesAgo: number): number {
    return this.#starts[(this.#count - bytesAgo) & this.#mask]!;
  }
}
