/** Masks one stream of bytes, whatever the pieces it comes in. */

import type { MaskedOutput } from "./masked_output.ts";
import { MaskingLayer } from "./masking_layer.ts";
import type { PatternAutomaton } from "./pattern_automaton.ts";

/** How many layers of escapes are undone. */
const LAYERS_OF_ESCAPES = 2;

/** What a stream is masked with. */
export interface MaskingParts {
  readonly automata: readonly [PatternAutomaton, PatternAutomaton];
  /** Bytes of the longest pattern. */
  readonly longest: number;
  /** Not 0 at the bytes that may begin a pattern or an escape. */
  readonly beginnings: Uint8Array;
  readonly output: MaskedOutput;
}

/** Masks in pieces, holding back what may be the beginning of a secret. */
export class MaskingStream {
  readonly #beginnings: Uint8Array;
  readonly #output: MaskedOutput;
  readonly #layer: MaskingLayer;

  constructor({ automata, longest, beginnings, output }: MaskingParts) {
    this.#beginnings = beginnings;
    this.#output = output;
    const parts = { automata, longest, places: output };
    this.#layer = new MaskingLayer(parts, LAYERS_OF_ESCAPES);
  }

  /** Whether anything was masked. */
  get hasMasked(): boolean {
    return this.#output.hasMasked;
  }

  /** What all that was passed on counts as; it tells no secret's length. */
  get counted(): number {
    return this.#output.counted;
  }

  /** What can be passed on after the next piece. */
  push(piece: Uint8Array): Uint8Array {
    const from = this.#output.append(piece);
    const layer = this.#layer;
    const beginnings = this.#beginnings;
    let isAtRest = layer.isAtRest;
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at]!;
      if (isAtRest && beginnings[byte] === 0) continue;
      layer.step(byte, from + at, from + at + 1);
      isAtRest = layer.isAtRest;
    }
    return this.#output.take(layer.heldFrom);
  }

  /** What is left at the end. */
  end(): Uint8Array {
    this.#layer.end();
    return this.#output.take(Infinity);
  }
}
