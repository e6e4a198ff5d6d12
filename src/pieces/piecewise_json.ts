/**
 * Parses JSON incrementally. The bytes are untrusted: V8 takes some 4 s for 15
 * MiB of `[],[],[]`, mostly for garbage collection, so the number of values is
 * bounded too.
 */

import {
  Expect,
  JsonArray,
  type JsonContainer,
  JsonObject,
} from "./json_container.ts";
import {
  decodeUtf8,
  isBlank,
  isClosing,
  isOpening,
  notJson,
  outline,
  stringPieceEnd,
  UnusableJson,
  ValueCounter,
} from "./json_text.ts";
import { TimeSlice } from "./time_slice.ts";

/** Size of a piece that is scanned and passed to `JSON.parse`. */
const PIECE_BYTES = 8 * 1024;
/** Size of a piece of a string. */
const STRING_PIECE_BYTES = 64 * 1024;
/** Bytes counted before yielding. */
const COUNTED_BYTES = 256 * 1024;
/** Maximum length of a number, which can't be parsed in pieces. */
const MAX_NUMBER_BYTES = 64 * 1024;

const COLON = 0x3a;
const COMMA = 0x2c;
const QUOTE = 0x22;
const OPENING_BRACE = 0x7b;

/** Parses a text from start to end, yielding in between. */
export class PiecewiseParser {
  readonly #bytes: Uint8Array;
  readonly #maxValues: number;
  readonly #slice = new TimeSlice();
  readonly #root = new JsonArray();
  /** The open containers, starting with the root around everything. */
  readonly #containers: JsonContainer[] = [this.#root];
  #at = 0;
  #values = 0;

  constructor(bytes: Uint8Array, maxValues: number) {
    this.#bytes = bytes;
    this.#maxValues = maxValues;
  }

  async parse(): Promise<unknown> {
    await this.#countValues();
    try {
      while (await this.#skipBlanks()) await this.#step();
      if (this.#containers.length > 1 || this.#root.value.length !== 1) {
        throw new SyntaxError("it ends too early");
      }
      return this.#root.value[0];
    } catch (error) {
      if (error instanceof UnusableJson) throw error;
      throw notJson(this.#bytes, error, this.#at);
    }
  }

  /**
   * Counts values before creating any, as those created must be collected, too.
   */
  async #countValues(): Promise<void> {
    const { length } = this.#bytes;
    // Each value takes at least one byte, so few bytes can't contain too many.
    if (length <= this.#maxValues) return;
    const counter = new ValueCounter();
    for (let at = 0; at < length;) {
      if (this.#slice.isOver) await this.#slice.rest();
      at = counter.read(this.#bytes, Math.min(at + COUNTED_BYTES, length));
      if (counter.values > this.#maxValues) throw this.#tooMany();
    }
  }

  #tooMany(): UnusableJson {
    return new UnusableJson(`JSON of more than ${this.#maxValues} values`);
  }

  get #top(): JsonContainer {
    return this.#containers.at(-1)!;
  }

  /** Skips white space; returns whether anything follows. */
  async #skipBlanks(): Promise<boolean> {
    for (;;) {
      if (this.#slice.isOver) await this.#slice.rest();
      const end = this.#at + STRING_PIECE_BYTES;
      while (this.#at < end && isBlank(this.#bytes[this.#at])) this.#at++;
      if (this.#at < end) return this.#at < this.#bytes.length;
    }
  }

  async #step(): Promise<void> {
    const byte = this.#bytes[this.#at]!;
    const { expect } = this.#top;
    if (isClosing(byte)) {
      if (expect === Expect.Value) throw unexpected(byte);
      this.#close(byte);
    } else if (expect === Expect.Comma) {
      if (byte !== COMMA || this.#top === this.#root) throw unexpected(byte);
      this.#at++;
      this.#top.expect = Expect.Value;
    } else if (!this.#takePiece()) {
      await this.#takeValue();
    }
    if (this.#values > this.#maxValues) {
      throw this.#tooMany();
    }
  }

  /** Takes all values that end in the next piece, if any. */
  #takePiece(): boolean {
    const start = this.#at;
    const end = Math.min(start + PIECE_BYTES, this.#bytes.length);
    const depth = this.#containers.length - 1;
    const seen = outline(this.#bytes, start, end, depth, this.#values);
    if (seen.closed !== undefined) {
      this.#takeUntil(seen.closed, Expect.Comma, seen.values);
      return true;
    }
    // Containers still open at the end of the piece are entered, level by
    // level.
    seen.open.forEach((mark, level) => {
      const comma = seen.commas[level];
      if (comma) this.#takeUntil(comma.at, Expect.Value, comma.values);
      this.#enterAt(mark.at, mark.values);
    });
    const comma = seen.commas[seen.open.length];
    if (comma) this.#takeUntil(comma.at, Expect.Value, comma.values);
    else if (seen.open.length === 0 && end === this.#bytes.length) {
      this.#takeUntil(end, Expect.Comma, seen.values);
    }
    return this.#at > start;
  }

  /** Takes complete values up to a comma, a closing bracket or the end. */
  #takeUntil(end: number, expect: Expect, values: number): void {
    const top = this.#top;
    if (top === this.#root && expect === Expect.Value) throw unexpected(COMMA);
    top.add(decodeUtf8(this.#bytes.subarray(this.#at, end)));
    top.expect = expect;
    this.#values = values;
    this.#at = expect === Expect.Value ? end + 1 : end;
  }

  /** Enters the container that opens at `at`, after its key. */
  #enterAt(at: number, values: number): void {
    const text = decodeUtf8(this.#bytes.subarray(this.#at, at));
    // An empty array stands in for the container that is too large to parse at
    // once.
    const [key = ""] = this.#top.hasKeys
      ? Object.keys(JSON.parse(`{${text}[]}`))
      : (JSON.parse(`[${text}[]]`), []);
    this.#at = at;
    this.#values = values;
    this.#enter(key);
  }

  #enter(key: string): void {
    const byte = this.#bytes[this.#at++];
    const entered = byte === OPENING_BRACE ? new JsonObject() : new JsonArray();
    this.#set(key, entered.value);
    this.#containers.push(entered);
  }

  #set(key: string, value: unknown): void {
    const top = this.#top;
    top.set(key, value);
    top.expect = Expect.Comma;
  }

  #close(byte: number): void {
    if (this.#top === this.#root || this.#top.closing !== byte) {
      throw unexpected(byte);
    }
    this.#containers.pop();
    this.#at++;
  }

  /** Takes one value that is longer than a piece, with its key. */
  async #takeValue(): Promise<void> {
    const key = this.#top.hasKeys ? await this.#takeKey() : "";
    const byte = this.#bytes[this.#at];
    if (isOpening(byte)) this.#enter(key);
    else {
      const value = byte === QUOTE
        ? await this.#takeString()
        : this.#takeNumber();
      this.#set(key, value);
    }
    this.#values++;
  }

  async #takeKey(): Promise<string> {
    const key = await this.#takeString();
    await this.#skipBlanks();
    if (this.#bytes[this.#at] !== COLON) {
      throw new SyntaxError("a colon is missing");
    }
    this.#at++;
    await this.#skipBlanks();
    return key;
  }

  async #takeString(): Promise<string> {
    if (this.#bytes[this.#at] !== QUOTE) {
      throw new SyntaxError("a string is missing");
    }
    let text = "";
    for (let at = this.#at + 1;;) {
      if (this.#slice.isOver) await this.#slice.rest();
      const end = stringPieceEnd(this.#bytes, at, at + STRING_PIECE_BYTES);
      const piece = decodeUtf8(this.#bytes.subarray(at, end));
      text += JSON.parse(`"${piece}"`);
      at = end;
      if (at >= this.#bytes.length) throw new SyntaxError("a string is cut");
      if (this.#bytes[at] === QUOTE) {
        this.#at = at + 1;
        return text;
      }
    }
  }

  /**
   * Takes a number, or `true`, `false` or `null` followed by much white space.
   */
  #takeNumber(): unknown {
    const most = this.#at + MAX_NUMBER_BYTES;
    let end = this.#at;
    while (end <= most && !endsNumber(this.#bytes[end])) end++;
    if (end > most) {
      throw new UnusableJson(
        `JSON with a number of more than ${MAX_NUMBER_BYTES} bytes`,
      );
    }
    const text = decodeUtf8(this.#bytes.subarray(this.#at, end));
    this.#at = end;
    return JSON.parse(text);
  }
}

function endsNumber(byte: number | undefined): boolean {
  return byte === undefined || isBlank(byte) || byte === COMMA ||
    isClosing(byte);
}

function unexpected(byte: number): SyntaxError {
  const shown = JSON.stringify(String.fromCharCode(byte));
  return new SyntaxError(`${shown} is not expected`);
}
