/**
 * The forms in which a response may repeat a secret, and that are masked:
 *
 * - as it is, in upper, lower or mixed case (names of headers and hosts come in
 *   lower case, whoever wrote them);
 * - with any of its characters escaped, each in any way of `escapes.ts`, and
 *   all of that escaped once more;
 * - with `+` for spaces, as forms are sent;
 * - in hexadecimal digits of any case;
 * - in base64 and base64url, alone or inside of something longer, also broken
 *   into lines.
 *
 * Not masked are: other encodings (base32, digits with separators between
 * them, UTF-16), compression or encryption inside the body, hashes, parts of a
 * secret, and more than two layers of escapes.
 */

import { unescape } from "./unescaper.ts";

/** How a secret may be spelled. */
export interface Spellings {
  /** To be found in any case. */
  readonly folded: readonly Uint8Array[];
  /** To be found as they are: base64. */
  readonly exact: readonly Uint8Array[];
}

/** Fragments of base64 that are shorter would be found by chance. */
const MIN_FRAGMENT = 4;

/** Every form that is masked, but for escapes, which are undone first. */
export function spellings(value: string): Spellings {
  const encoder = new TextEncoder();
  const bytes = encoder.encode(value);
  // A secret that looks escaped is unescaped along with all others.
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
 * What base64 of anything with the secret in it contains, for each of the
 * three ways in which the secret can be aligned: the characters that depend on
 * nothing but the secret.
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
