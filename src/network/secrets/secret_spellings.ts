/**
 * The forms in which a response may repeat a secret that are masked:
 *
 * - verbatim, in any case (header and host names are lowercased in transit);
 * - with any of its characters escaped in any way listed in `escapes.ts`, and
 *   all of that escaped once more;
 * - with `+` for spaces, as in form encoding;
 * - in hexadecimal digits of any case;
 * - in base64 and base64url, alone or within a longer encoding, also with line
 *   breaks.
 *
 * Not masked: other encodings (base32, digits with separators, UTF-16),
 * compression or encryption inside the body, hashes, parts of a secret, and
 * more than two layers of escapes.
 */

import { unescape } from "./unescaper.ts";

/** The forms of a secret. */
export interface Spellings {
  /** Matched case-insensitively. */
  readonly folded: readonly Uint8Array[];
  /** Matched exactly: base64. */
  readonly exact: readonly Uint8Array[];
}

/** Shorter base64 fragments would match by chance. */
const MIN_FRAGMENT = 4;

/** Every masked form, except escapes, which are decoded first. */
export function spellings(value: string): Spellings {
  const encoder = new TextEncoder();
  const bytes = encoder.encode(value);
  // A secret that looks escaped is decoded like everything else.
  const once = unescape(bytes);
  return {
    folded: [
      bytes,
      once,
      unescape(once),
      encoder.encode(value.replaceAll(" ", "+")),
      encoder.encode(bytes.toHex()),
    ].filter((form) => form.length > 0),
    exact: base64Forms(bytes).map((form) => encoder.encode(form)),
  };
}

/**
 * The base64 characters that depend only on the secret, for each of its three
 * possible alignments within longer data.
 */
function base64Forms(bytes: Uint8Array): string[] {
  const forms: string[] = [];
  for (const before of [0, 1, 2]) {
    const padded = new Uint8Array(before + bytes.length);
    padded.set(bytes, before);
    const first = Math.ceil(before * 8 / 6);
    const last = Math.floor(padded.length * 8 / 6);
    const text = padded.toBase64({ omitPadding: true }).slice(first, last);
    if (text.length >= MIN_FRAGMENT) forms.push(text);
  }
  return forms;
}
