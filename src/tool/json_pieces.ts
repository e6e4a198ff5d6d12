/** Serializes a value to JSON in pieces, as a guest's answer may be large. */

import type { JsonValue } from "./tool.ts";

/** Longer strings are split into pieces between characters. */
const PIECE_CHARACTERS = 16 * 1024;

/** The text of a value: a string unchanged, everything else as JSON. */
export function textPieces(value: JsonValue): Iterable<string> {
  return typeof value === "string" ? stringPieces(value) : jsonPieces(value);
}

function* jsonPieces(value: JsonValue): Generator<string> {
  if (typeof value === "string") {
    yield '"';
    for (const piece of stringPieces(value)) {
      yield JSON.stringify(piece).slice(1, -1);
    }
    yield '"';
  } else if (typeof value !== "object" || value === null) {
    yield JSON.stringify(value);
  } else if (Array.isArray(value)) {
    yield "[";
    for (let at = 0; at < value.length; at++) {
      if (at > 0) yield ",";
      yield* jsonPieces(value[at]!);
    }
    yield "]";
  } else {
    yield* objectPieces(value);
  }
}

function* objectPieces(value: { [key: string]: JsonValue }): Generator<string> {
  yield "{";
  let separator = "";
  for (const key of Object.keys(value)) {
    yield separator;
    yield* jsonPieces(key);
    yield ":";
    yield* jsonPieces(value[key]!);
    separator = ",";
  }
  yield "}";
}

function* stringPieces(text: string): Generator<string> {
  for (let from = 0; from < text.length;) {
    let to = Math.min(from + PIECE_CHARACTERS, text.length);
    if (isHighSurrogate(text.charCodeAt(to - 1)) && to < text.length) to++;
    yield text.slice(from, to);
    from = to;
  }
}

function isHighSurrogate(code: number): boolean {
  return (code & 0xfc00) === 0xd800;
}
