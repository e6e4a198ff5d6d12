/** The arrays and objects of a JSON text that is parsed incrementally. */

import { UnusableJson } from "./json_text.ts";

/** Growing an object with more members blocks V8 for too long. */
export const MAX_MEMBERS = 100_000;

/** What may come next in a container. */
export const Expect = {
  /** The first value, or the end. */
  First: 0,
  /** A value, after a comma. */
  Value: 1,
  /** A comma, or the end. */
  Comma: 2,
} as const;

/** One value of {@linkcode Expect}. */
export type Expect = typeof Expect[keyof typeof Expect];

/** An array or object that is being parsed. */
export interface JsonContainer {
  /** The array or object itself. */
  readonly value: unknown;
  readonly closing: number;
  readonly hasKeys: boolean;
  expect: Expect;
  /** Adds a comma-separated run of values. */
  add(text: string): void;
  /** Adds one value; the key is used only by objects. */
  set(key: string, value: unknown): void;
}

/** An array that is being parsed. */
export class JsonArray implements JsonContainer {
  readonly value: unknown[] = [];
  readonly closing = 0x5d;
  readonly hasKeys = false;
  expect: Expect = Expect.First;

  add(text: string): void {
    const values = JSON.parse(`[${text}]`) as unknown[];
    if (values.length === 0) throw missingValue();
    for (const value of values) this.value.push(value);
  }

  set(_key: string, value: unknown): void {
    this.value.push(value);
  }
}

/** An object that is being parsed. */
export class JsonObject implements JsonContainer {
  readonly value: Record<string, unknown> = {};
  readonly closing = 0x7d;
  readonly hasKeys = true;
  expect: Expect = Expect.First;
  #members = 0;

  add(text: string): void {
    const members = JSON.parse(`{${text}}`) as Record<string, unknown>;
    const keys = Object.keys(members);
    if (keys.length === 0) throw missingValue();
    for (const key of keys) this.set(key, members[key]);
  }

  set(key: string, value: unknown): void {
    if (++this.#members > MAX_MEMBERS) {
      throw new UnusableJson(
        `JSON with more than ${MAX_MEMBERS} members in one object`,
      );
    }
    // "__proto__" and the like are ordinary keys, as in JSON.parse.
    if (key in Object.prototype) {
      const [writable, enumerable, configurable] = [true, true, true];
      const property = { value, writable, enumerable, configurable };
      Object.defineProperty(this.value, key, property);
    } else this.value[key] = value;
  }
}

function missingValue(): SyntaxError {
  return new SyntaxError("a value is missing");
}
