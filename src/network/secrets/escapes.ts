/**
 * Decodes the escapes in which a server may write a character of a secret:
 * those of JSON and source code, of URLs and of HTML, in any case and
 * combination.
 *
 * | escape | stands for |
 * | --- | --- |
 * | `\uHHHH`, `\xHH` | the character with that code |
 * | `\n`, `\r` | the line terminators |
 * | `\` before any other ASCII punctuation | that character |
 * | `%HH` | the byte with that value |
 * | `&#D;`, `&#xH;` | the character with that code, also with leading zeros |
 * | `&name;` | the character with that name |
 */

const BACKSLASH = 0x5c;
const PERCENT = 0x25;
const AMPERSAND = 0x26;
const SEMICOLON = 0x3b;
const HASH = 0x23;
const LOWER_U = 0x75;
const LOWER_X = 0x78;

/** An incomplete escape: more bytes are needed. */
export const ESCAPE_OPEN = -1;
export const NO_ESCAPE = -2;

/** The maximum length of an escape in bytes. */
export const MAX_ESCAPE_BYTES = 24;

/**
 * Names of ASCII characters, without `&` and `;`.
 *
 * @see https://html.spec.whatwg.org/multipage/named-characters.html
 */
const NAMED: Readonly<Record<string, string>> = {
  AMP: "&",
  DiacriticalGrave: "`",
  GT: ">",
  Hat: "^",
  LT: "<",
  NewLine: "\n",
  QUOT: '"',
  UnderBar: "_",
  VerticalLine: "|",
  amp: "&",
  apos: "'",
  ast: "*",
  bsol: "\\",
  colon: ":",
  comma: ",",
  commat: "@",
  dollar: "$",
  equals: "=",
  excl: "!",
  grave: "`",
  gt: ">",
  lbrace: "{",
  lbrack: "[",
  lcub: "{",
  lowbar: "_",
  lpar: "(",
  lsqb: "[",
  lt: "<",
  midast: "*",
  num: "#",
  percnt: "%",
  period: ".",
  plus: "+",
  quest: "?",
  quot: '"',
  rbrace: "}",
  rbrack: "]",
  rcub: "}",
  rpar: ")",
  rsqb: "]",
  semi: ";",
  sol: "/",
  verbar: "|",
  vert: "|",
};

/** Whether a byte may start an escape. */
export function opensEscape(byte: number): boolean {
  return byte === BACKSLASH || byte === PERCENT || byte === AMPERSAND;
}

/**
 * Decodes the first bytes of a buffer: the byte that they represent if they are
 * exactly one escape, `ESCAPE_OPEN` if they may become one, otherwise
 * `NO_ESCAPE`. An escape for a character that can't be in a secret decodes to
 * 0.
 */
export function readEscape(bytes: Uint8Array, length: number): number {
  if (length > MAX_ESCAPE_BYTES) return NO_ESCAPE;
  switch (bytes[0]) {
    case BACKSLASH:
      return readBackslash(bytes, length);
    case PERCENT:
      return readHex(bytes, 1, length, 3);
    default:
      return readEntity(bytes, length);
  }
}

function readBackslash(bytes: Uint8Array, length: number): number {
  if (length === 1) return ESCAPE_OPEN;
  const kind = bytes[1]!;
  if (kind === LOWER_U) return readHex(bytes, 2, length, 6);
  if (kind === LOWER_X) return readHex(bytes, 2, length, 4);
  if (kind === 0x6e) return 0x0a;
  if (kind === 0x72) return 0x0d;
  return isPunctuation(kind) ? kind : NO_ESCAPE;
}

function readHex(
  bytes: Uint8Array,
  from: number,
  length: number,
  end: number,
): number {
  let value = 0;
  for (let at = from; at < length; at++) {
    const digit = hexDigit(bytes[at]!);
    if (digit < 0) return NO_ESCAPE;
    value = value * 16 + digit;
  }
  return length < end ? ESCAPE_OPEN : asByte(value);
}

function readEntity(bytes: Uint8Array, length: number): number {
  if (length === 1) return ESCAPE_OPEN;
  const last = bytes[length - 1]!;
  if (last !== SEMICOLON) {
    const isHash = length === 2 && last === HASH;
    return isHash || isAlphanumeric(last) ? ESCAPE_OPEN : NO_ESCAPE;
  }
  const text = String.fromCharCode(...bytes.subarray(1, length - 1));
  if (text.startsWith("#")) {
    const number = Number(`0${text.slice(1)}`);
    const isHex = /^#[xX]/.test(text);
    const value = isHex ? Number(`0x${text.slice(2)}`) : number;
    return Number.isInteger(value) ? asByte(value) : NO_ESCAPE;
  }
  return Object.hasOwn(NAMED, text) ? NAMED[text]!.charCodeAt(0) : NO_ESCAPE;
}

function asByte(value: number): number {
  return value < 128 ? value : 0;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function isAlphanumeric(byte: number): boolean {
  const lower = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x7a);
}

function isPunctuation(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f && !isAlphanumeric(byte);
}
