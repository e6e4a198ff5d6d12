/** The arrays and objects of a JSON text that is parsed piece by piece. */

import { UnusableJson } from "./json_text.ts";

/** An object with more members takes V8 too long at once to make room for. */
export const MAX_MEMBERS = 100_000;

/** What may come next in a container. */
export const Expect = {
  /** A first value, or the end. */
  First: 0,
  /** A value, as there was a comma. */
  Value: 1,
  /** A comma, or the end. */
  Comma: 2,
} as const;

/** One value of {@linkcode Expect}. */
export type Expect = typeof Expect[keyof typeof Expect];

/** An array or object that is being read. */
export interface JsonContainer {
  /** The array or object itself. */
  readonly value: unknown;
  readonly closing: number;
  readonly hasKeys: boolean;
  expect: Expect;
  /** Adds what stands between two commas, one value or many. */
  add(text: string): void;
  /** Adds one value; the key is of an object's. */
  set(key: string, value: unknown): void;
}

/** An array that is being read. */
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

/** An object that is being read. */
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
    // "__proto__" and its like are names as any other, as in JSON.parse.
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
