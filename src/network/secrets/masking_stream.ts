/** Masks one byte stream, however it is split into pieces. */

import type { MaskedOutput } from "./masked_output.ts";
import { MaskingLayer } from "./masking_layer.ts";
import type { PatternAutomaton } from "./pattern_automaton.ts";

/** How many layers of escapes are decoded. */
const LAYERS_OF_ESCAPES = 2;

/** The parts that a stream is masked with. */
export interface MaskingParts {
  readonly automata: readonly [PatternAutomaton, PatternAutomaton];
  /** Length of the longest pattern in bytes. */
  readonly longest: number;
  /** Non-zero for bytes that may start a pattern or an escape. */
  readonly beginnings: Uint8Array;
  readonly output: MaskedOutput;
}

/** Masks incrementally, holding back what may be the start of a secret. */
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

  /**
   * The counted size of the output, which does not reveal a secret's length.
   */
  get counted(): number {
    return this.#output.counted;
  }

  /** Takes the next piece and returns what can be released. */
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

  /** Returns the rest at the end of the stream. */
  end(): Uint8Array {
    this.#layer.end();
    return this.#output.take(Infinity);
  }
}
