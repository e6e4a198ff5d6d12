/**
 * Searches a stream as received, and again with its escapes decoded. The second
 * search runs only from the start of an escape until both searches are in the
 * same state.
 */

import { opensEscape } from "./escapes.ts";
import type { PatternAutomaton } from "./pattern_automaton.ts";
import { type FoundPlaces, PlacedSearch } from "./placed_search.ts";
import { Unescaper } from "./unescaper.ts";

/** The parts that a layer searches with. */
export interface LayerParts {
  readonly automata: readonly [PatternAutomaton, PatternAutomaton];
  /** Length of the longest pattern in bytes. */
  readonly longest: number;
  readonly places: FoundPlaces;
}

/** One layer and those below it. */
export class MaskingLayer {
  readonly #first: PlacedSearch;
  readonly #second: PlacedSearch;
  readonly #below: MaskingLayer | undefined;
  readonly #unescaper: Unescaper;
  #isSplit = false;

  /** @param layersBelow How many more times escapes are decoded. */
  constructor(parts: LayerParts, layersBelow: number) {
    const [first, second] = parts.automata;
    this.#first = new PlacedSearch(first, parts.longest, parts.places);
    this.#second = new PlacedSearch(second, parts.longest, parts.places);
    const below = layersBelow > 0
      ? new MaskingLayer(parts, layersBelow - 1)
      : undefined;
    this.#below = below;
    this.#unescaper = new Unescaper((byte, start, end) =>
      below?.step(byte, start, end)
    );
  }

  /** Whether nothing has matched so far. */
  get isAtRest(): boolean {
    return !this.#isSplit && this.#first.isAtRest && this.#second.isAtRest;
  }

  /** The start of a possible match or escape; infinite if there is none. */
  get heldFrom(): number {
    const own = Math.min(this.#first.heldFrom, this.#second.heldFrom);
    if (!this.#isSplit) return own;
    return Math.min(own, this.#unescaper.heldFrom, this.#below!.heldFrom);
  }

  /** Takes the next byte. */
  step(byte: number, start: number, end: number): void {
    const below = this.#below;
    if (below && !this.#isSplit && opensEscape(byte)) {
      below.#first.become(this.#first);
      below.#second.become(this.#second);
      this.#isSplit = true;
    }
    this.#first.step(byte, start, end);
    this.#second.step(byte, start, end);
    if (this.#isSplit) this.#stepBelow(below!, byte, start, end);
  }

  /** Ends the input. */
  end(): void {
    if (!this.#isSplit) return;
    this.#unescaper.end();
    this.#below!.end();
  }

  #stepBelow(
    below: MaskingLayer,
    byte: number,
    start: number,
    end: number,
  ): void {
    const unescaper = this.#unescaper;
    unescaper.push(byte, start, end);
    if (unescaper.holds || below.#isSplit) return;
    this.#isSplit = !below.#first.isLike(this.#first) ||
      !below.#second.isLike(this.#second);
  }
}
