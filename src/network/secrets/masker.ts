/**
 * Masks secrets in a byte stream, however it is split into pieces or escaped.
 *
 * ```text
 *  bytes ──┬──────────────▶ search ─┐
 *          └─▶ unescaped ─┬─▶ search ─┼─▶ places of secrets ─▶ bytes, masked
 *                         └─▶ again ──▶ search ─┘
 * ```
 */

import { opensEscape } from "./escapes.ts";
import { MaskedOutput } from "./masked_output.ts";
import { MaskingStream } from "./masking_stream.ts";
import { type Pattern, PatternAutomaton } from "./pattern_automaton.ts";
import { spellings } from "./secret_spellings.ts";

/** A secret and its replacement. */
export interface MaskedSecret {
  readonly value: string;
  readonly mask: string;
  /** The counted size of one occurrence, in addition to the mask. */
  readonly weight: number;
}

/** The class of each byte for case-insensitive search. */
const FOLDED = Int16Array.from({ length: 256 }, (_, byte) => {
  const isUpper = byte >= 0x41 && byte <= 0x5a;
  return isUpper ? byte + 0x20 : byte;
});

/**
 * The class of each byte in base64: base64url counts the same, and line ends
 * are ignored.
 */
const BASE64 = Int16Array.from({ length: 256 }, (_, byte) => byte);
BASE64[0x2d] = 0x2b; // - is +
BASE64[0x5f] = 0x2f; // _ is /
BASE64[0x0a] = -1;
BASE64[0x0d] = -1;

/** A masked text. */
export interface MaskedText {
  readonly text: string;
  /** Its counted size in bytes, which does not reveal a secret's length. */
  readonly counted: number;
}

/** Creates masking streams. */
export class Masker {
  readonly #secrets: readonly MaskedSecret[];
  readonly #masks: readonly Uint8Array[];
  readonly #folded: PatternAutomaton;
  readonly #exact: PatternAutomaton;
  readonly #longest: number;
  /** Bytes that may start a pattern or an escape. */
  readonly #beginnings = new Uint8Array(256);

  constructor(secrets: readonly MaskedSecret[]) {
    this.#secrets = secrets;
    this.#masks = secrets.map(({ mask }) => new TextEncoder().encode(mask));
    const forms = secrets.map(({ value }) => spellings(value));
    const label = (bytes: readonly Uint8Array[], label: number): Pattern[] =>
      bytes.map((bytes) => ({ bytes, label }));
    const folded = forms.flatMap(({ folded }, at) => label(folded, at));
    const exact = forms.flatMap(({ exact }, at) => label(exact, at));
    this.#folded = new PatternAutomaton(folded, FOLDED);
    this.#exact = new PatternAutomaton(exact, BASE64);
    this.#longest = [...folded, ...exact]
      .reduce((longest, { bytes }) => Math.max(longest, bytes.length), 1);
    for (let byte = 0; byte < 256; byte++) {
      this.#beginnings[byte] = Number(this.#begins(byte));
    }
  }

  /** Starts a stream. */
  stream(): MaskingStream {
    return new MaskingStream({
      automata: [this.#folded, this.#exact],
      longest: this.#longest,
      beginnings: this.#beginnings,
      output: new MaskedOutput(
        this.#masks,
        this.#secrets.map(({ weight }) => weight),
      ),
    });
  }

  /** Masks a text and returns its counted size. */
  mask(text: string): MaskedText {
    if (this.#secrets.length === 0) return { text, counted: text.length };
    const stream = this.stream();
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    const bytes = new TextEncoder().encode(text);
    const beginning = decoder.decode(stream.push(bytes), { stream: true });
    const masked = beginning + decoder.decode(stream.end());
    return { text: masked, counted: stream.counted };
  }

  /** Whether a text contains a secret, in any masked form. */
  isIn(text: string): boolean {
    const stream = this.stream();
    stream.push(new TextEncoder().encode(text));
    stream.end();
    return stream.hasMasked;
  }

  #begins(byte: number): boolean {
    return opensEscape(byte) || this.#folded.next(0, byte) !== 0 ||
      this.#exact.next(0, byte) !== 0;
  }
}
