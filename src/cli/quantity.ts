/** Parses quantities such as `64MiB`, `1.5s` and `1_000_000`. */

import { UsageError } from "./usage_error.ts";

const SIZE = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i;
const DURATION = /^(\d+(?:\.\d+)?) ?([a-z]+)$/i;
const COUNT = /^\d+(?:_\d+)*$/;

/** Bytes of each unit; a number alone is bytes. */
const SIZE_UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["b", 1],
  ["kb", 1e3],
  ["mb", 1e6],
  ["gb", 1e9],
  ["kib", 2 ** 10],
  ["mib", 2 ** 20],
  ["gib", 2 ** 30],
]);

/** Milliseconds of each unit; a number without a unit would be ambiguous. */
const DURATION_UNITS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
]);

/** Bytes, rounded down. */
export function parseSize(text: string): number {
  return Math.floor(
    parseQuantity(text, SIZE, SIZE_UNITS, "a size such as 64MiB or 500KB"),
  );
}

/** Milliseconds. */
export function parseDuration(text: string): number {
  const wanted = "a time with its unit such as 500ms, 30s or 2m";
  return parseQuantity(text, DURATION, DURATION_UNITS, wanted);
}

/** A whole number; underscores may group its digits. */
export function parseCount(text: string): bigint {
  if (!COUNT.test(text)) {
    throw new UsageError("expected a whole number such as 1000000");
  }
  return BigInt(text.replaceAll("_", ""));
}

function parseQuantity(
  text: string,
  pattern: RegExp,
  units: ReadonlyMap<string, number>,
  wanted: string,
): number {
  const [, amount, unit] = pattern.exec(text) ?? [];
  const factor = units.get(unit?.toLowerCase() ?? "unknown");
  if (amount === undefined || factor === undefined) {
    throw new UsageError(`expected ${wanted}`);
  }
  return Number(amount) * factor;
}
