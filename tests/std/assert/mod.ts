/**
 * `@std/assert` where JSR can't be reached: the real code from npm, with the
 * real signatures of the part that the tests use.
 */
// deno-lint-ignore-file no-explicit-any
import * as real from "npm:deno-std@1.4.0/assert/mod.js";

type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

const std = real as any;

export const assert: (expr: unknown, msg?: string) => asserts expr = std.assert;
export const assertEquals: <T>(actual: T, expected: T, msg?: string) => void =
  std.assertEquals;
export const assertNotEquals: <T>(
  actual: T,
  expected: T,
  msg?: string,
) => void = std.assertNotEquals;
export const assertStrictEquals: <T>(
  actual: unknown,
  expected: T,
  msg?: string,
) => asserts actual is T = std.assertStrictEquals;
export const assertExists: <T>(
  actual: T,
  msg?: string,
) => asserts actual is NonNullable<T> = std.assertExists;
export const assertGreater: <T>(
  actual: T,
  expected: T,
  msg?: string,
) => void = std.assertGreater;
export const assertLess: <T>(actual: T, expected: T, msg?: string) => void =
  std.assertLess;
export const assertInstanceOf: <
  T extends abstract new (...args: any[]) => any,
>(
  actual: unknown,
  expected: T,
  msg?: string,
) => asserts actual is InstanceType<T> = std.assertInstanceOf;
export const assertMatch: (
  actual: string,
  expected: RegExp,
  msg?: string,
) => void = std.assertMatch;
export const assertStringIncludes: (
  actual: string,
  expected: string,
  msg?: string,
) => void = std.assertStringIncludes;
export const fail: (msg?: string) => never = std.fail;
export const assertThrows: <E extends Error = Error>(
  fn: () => unknown,
  errorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
) => E = std.assertThrows;
export const assertRejects: <E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
) => Promise<E> = std.assertRejects;
