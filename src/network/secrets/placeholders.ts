/** Finds `{{NAME}}` in what a guest sends. */

/** A placeholder, also as percent-encoded in a URL's query. */
const PLACEHOLDER = /(?:\{\{|%7B%7B)([A-Za-z_][A-Za-z0-9_]*)(?:\}\}|%7D%7D)/gi;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const MAX_NAME_BYTES = 64;

/** A placeholder in a body: its name and position. */
export interface PlaceInBody {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** The names of the placeholders in a text. */
export function namesIn(text: string): string[] {
  return Array.from(text.matchAll(PLACEHOLDER), ([, name]) => name!);
}

/** Replaces the placeholders in a text; unknown ones stay. */
export function filledText(
  text: string,
  valueOf: (name: string) => string | undefined,
): string {
  return text.replace(
    PLACEHOLDER,
    (whole, name: string) => valueOf(name) ?? whole,
  );
}

/**
 * The placeholders in a body, where percent-encoded ones are not recognized.
 */
export function* placesIn(body: Uint8Array): Generator<PlaceInBody> {
  for (let at = body.indexOf(OPEN); at >= 0; at = body.indexOf(OPEN, at)) {
    let start = ++at;
    if (body[start] !== OPEN) continue;
    while (body[start + 1] === OPEN) start++;
    const end = endOfName(body, ++start);
    at = end;
    if (body[end] !== CLOSE || body[end + 1] !== CLOSE) continue;
    const name = String.fromCharCode(...body.subarray(start, end));
    yield { name, start: start - 2, end: end + 2 };
  }
}

function endOfName(body: Uint8Array, start: number): number {
  let end = start;
  while (end - start < MAX_NAME_BYTES && isOfName(body[end])) end++;
  return end;
}

function isOfName(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const lower = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x7a) ||
    byte === 0x5f;
}
