/** Shared checks of option values. */

import { quote } from "../quote.ts";
import { outOfRange } from "./option_error.ts";

/** The longest delay that a timer takes: about 24.8 days. */
const MAX_TIME_MS = 2 ** 31 - 1;
/** Fuel is counted in a signed 64-bit integer. */
const MAX_FUEL = 2n ** 63n - 1n;

/**
 * Checks an integer.
 *
 * @throws {RangeError} when it is not one from `min` to `max`.
 */
export function checkWhole(
  option: string,
  value: unknown,
  min: number,
  max: number,
): number {
  if (!Number.isSafeInteger(value) || !isWithin(value as number, min, max)) {
    throw outOfRange(option, value, `a whole number from ${min} to ${max}`);
  }
  return value as number;
}

/**
 * Checks a time in milliseconds.
 *
 * @throws {RangeError} unless it is above 0 and at most `max`.
 */
export function checkTime(
  option: string,
  ms: unknown,
  max: number = MAX_TIME_MS,
): number {
  if (typeof ms !== "number" || !(ms > 0 && ms <= max)) {
    throw outOfRange(option, ms, `above 0, at most ${max}`);
  }
  return ms;
}

/**
 * Checks an amount of fuel.
 *
 * @throws {RangeError} unless it is an integer from 1 to `max`.
 */
export function checkFuel(
  option: string,
  fuel: unknown,
  max: bigint = MAX_FUEL,
): bigint {
  const wanted = `a whole number from 1 to ${
    max === MAX_FUEL ? "2^63-1" : max
  }`;
  if (typeof fuel !== "bigint" && !Number.isSafeInteger(fuel)) {
    throw outOfRange(option, fuel, wanted);
  }
  const amount = BigInt(fuel as bigint | number);
  if (amount < 1n || amount > max) throw outOfRange(option, fuel, wanted);
  return amount;
}

/**
 * Refuses unknown options.
 *
 * @throws {TypeError} for the first one, by name.
 */
export function checkKnown(
  what: string,
  options: object,
  known: Iterable<string>,
  extra: Iterable<string> = [],
): void {
  const keys = Object.keys(options);
  if (keys.length === 0) return;
  const names = new Set([...known, ...extra]);
  for (const key of keys) {
    if (names.has(key)) continue;
    const list = [...names].join(", ");
    throw new TypeError(
      `Cannot set ${what}: unknown option ${quote(key)}, there are ${list}`,
    );
  }
}

/**
 * Refuses anything that is not an object of options.
 *
 * @throws {TypeError} for anything else, including arrays.
 */
export function checkObject(what: string, value: unknown): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return;
  }
  throw new TypeError(
    `Cannot set ${what}: expected an object, got ${quote(value)}`,
  );
}

function isWithin(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}
