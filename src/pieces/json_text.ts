/** The bytes of a JSON text, read where the structure says that they end. */

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const REPLACEMENT = "\ufffd";

const LENIENT = new TextDecoder("utf-8", { ignoreBOM: true });
const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Deeper answers overflow the stack of code that walks them recursively. */
export const MAX_DEPTH = 512;

/** Bytes that are not JSON, or more of it than is taken; the message says what. */
export class UnusableJson extends Error {}

/**
 * Decodes UTF-8, and accepts nothing else.
 *
 * Checking while decoding takes several times as long, and is needed only where
 * there is a sign that a byte was replaced.
 *
 * @throws {UnusableJson} when a byte belongs to no character.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  const text = LENIENT.decode(bytes);
  if (!text.includes(REPLACEMENT)) return text;
  try {
    return STRICT.decode(bytes);
  } catch {
    throw new UnusableJson("bytes that are not UTF-8");
  }
}

/** Whether a byte is white space between JSON's tokens. */
export function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Whether a byte opens an array or an object. */
export function isOpening(byte: number | undefined): boolean {
  return byte === 0x5b || byte === 0x7b;
}

/** Whether a byte closes an array or an object. */
export function isClosing(byte: number | undefined): boolean {
  return byte === 0x5d || byte === 0x7d;
}

/** A comma or an opening bracket, and how many values there are up to it. */
export interface Mark {
  readonly at: number;
  readonly values: number;
}

/** What a stretch of text holds, as far as brackets and commas tell. */
export interface Outline {
  /** Where the container that the stretch begins in is closed, if it is. */
  readonly closed: number | undefined;
  /** What is opened and not closed, outermost first. */
  readonly open: readonly Mark[];
  /** The last comma at each level; the first is outside all that is open. */
  readonly commas: readonly (Mark | undefined)[];
  /** How many values there are at the end of the stretch. */
  readonly values: number;
}

/**
 * Looks at brackets and commas outside strings from `start` to `end`, or to
 * where the container that it begins in is closed.
 *
 * @param depth How deep it begins.
 * @param values How many values there are before it.
 * @throws {UnusableJson} when it goes too deep.
 */
export function outline(
  bytes: Uint8Array,
  start: number,
  end: number,
  depth: number,
  values: number,
): Outline {
  const open: Mark[] = [];
  const commas: (Mark | undefined)[] = [undefined];
  let closed: number | undefined;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) at = stringEnd(bytes, at + 1, end);
    else if (byte === COMMA) commas[open.length] = { at, values: ++values };
    else if (isOpening(byte)) {
      open.push({ at, values: ++values });
      commas[open.length] = undefined;
      if (depth + open.length > MAX_DEPTH) throw tooDeep();
    } else if (isClosing(byte) && open.pop() === undefined) {
      closed = at;
      break;
    }
  }
  return { closed, open, commas, values };
}

/** Counts values as {@linkcode outline} does, one stretch after the other. */
export class ValueCounter {
  values = 0;
  #at = 0;
  #isInString = false;

  /** Reads on up to `end` or so; answers where it stands. */
  read(bytes: Uint8Array, end: number): number {
    let at = this.#at;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (this.#isInString) {
        if (byte === BACKSLASH) at++;
        else if (byte === QUOTE) this.#isInString = false;
      } else if (byte === QUOTE) this.#isInString = true;
      else if (byte === COMMA || isOpening(byte)) this.values++;
    }
    return this.#at = at;
  }
}

/** The quote that ends the string that `at` is in; `end` when none does. */
function stringEnd(bytes: Uint8Array, at: number, end: number): number {
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at++;
  }
  return end;
}

/**
 * The end of a piece of a string: its quote, or a place at or behind `least`
 * that is in the middle of no character and no escape.
 */
export function stringPieceEnd(
  bytes: Uint8Array,
  start: number,
  least: number,
): number {
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) return at;
    if (at >= least && (byte & 0xc0) !== 0x80) return at;
    if (byte === BACKSLASH) at += bytes[at + 1] === LETTER_U ? 5 : 1;
  }
  return bytes.length;
}

/** The error for brackets that nest too deep. */
export function tooDeep(): UnusableJson {
  return new UnusableJson(`JSON nested deeper than ${MAX_DEPTH} levels`);
}

/** What is wrong with bytes that `JSON.parse` did not take. */
export function notJson(
  bytes: Uint8Array,
  error: unknown,
  near?: number,
): UnusableJson {
  const why = error instanceof Error ? error.message : String(error);
  const where = near === undefined ? "" : `, near byte ${near}`;
  return new UnusableJson(
    `${bytes.length} bytes that are not JSON: ${why}${where}`,
  );
}
