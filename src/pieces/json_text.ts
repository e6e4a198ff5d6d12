/** Scans the bytes of a JSON text by its structure. */

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const REPLACEMENT = "\ufffd";

const LENIENT = new TextDecoder("utf-8", { ignoreBOM: true });
const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Deeper values overflow the stack of code that walks them recursively. */
export const MAX_DEPTH = 512;

/** Bytes that are not JSON, or exceed a limit; the message says which. */
export class UnusableJson extends Error {}

/**
 * Decodes UTF-8 strictly.
 *
 * Fatal decoding takes several times as long, and is needed only if the result
 * contains a replacement character.
 *
 * @throws {UnusableJson} when the bytes are not valid UTF-8.
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

/** Whether a byte is JSON white space. */
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

/** A comma or an opening bracket, and the number of values before it. */
export interface Mark {
  readonly at: number;
  readonly values: number;
}

/** The structure of a range of text, by brackets and commas. */
export interface Outline {
  /** Where the container in which the range starts is closed, if it is. */
  readonly closed: number | undefined;
  /** The brackets opened and not closed, outermost first. */
  readonly open: readonly Mark[];
  /**
   * The last comma at each level; the first is outside of all open brackets.
   */
  readonly commas: readonly (Mark | undefined)[];
  /** The number of values up to the end of the range. */
  readonly values: number;
}

/**
 * Scans brackets and commas outside of strings from `start` to `end`, or to
 * where the container in which it starts is closed.
 *
 * @param depth The nesting depth at the start.
 * @param values The number of values before the start.
 * @throws {UnusableJson} when it is nested too deeply.
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

/** Counts values as {@linkcode outline} does, range by range. */
export class ValueCounter {
  values = 0;
  #at = 0;
  #isInString = false;

  /** Scans to about `end`; returns the position reached. */
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

/**
 * The closing quote of the string that contains `at`; `end` if there is none.
 */
function stringEnd(bytes: Uint8Array, at: number, end: number): number {
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at++;
  }
  return end;
}

/**
 * The end of a piece of a string: its closing quote, or a position at or after
 * `least` that splits no character and no escape.
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

/** The error for brackets that are nested too deeply. */
export function tooDeep(): UnusableJson {
  return new UnusableJson(`JSON nested deeper than ${MAX_DEPTH} levels`);
}

/** The error for bytes that `JSON.parse` rejected. */
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
