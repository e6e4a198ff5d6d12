/** How much of the network one call may use. */

import { outOfRange } from "./option_error.ts";
import { quote } from "../quote.ts";

/** How much of the network one call may use. */
export interface NetworkLimits {
  /** Requests, each hop of a redirect included; 32 by default. */
  readonly requests: number;
  /**
   * Bytes of all response bodies together, after decompression; 10 MiB by
   * default.
   */
  readonly responseBytes: number;
  /** Bytes of the head of one request or one response; 64 KiB by default. */
  readonly headerBytes: number;
  /** Bytes of all request bodies together; 1 MiB by default. */
  readonly requestBytes: number;
}

/** The limits where nothing else was set. */
export const DEFAULT_NETWORK_LIMITS: NetworkLimits = Object.freeze({
  requests: 32,
  responseBytes: 10 * 1024 * 1024,
  headerBytes: 64 * 1024,
  requestBytes: 1024 * 1024,
});

/** What each limit may be: from, to. */
const RANGES: Readonly<Record<keyof NetworkLimits, readonly [number, number]>> =
  {
    requests: [0, 10_000],
    responseBytes: [0, 2 ** 40],
    headerBytes: [1024, 2 ** 20],
    requestBytes: [0, 2 ** 28],
  };

/**
 * Checks limits and adds those that were left out.
 *
 * @throws {TypeError} when there is no limit of that name.
 * @throws {RangeError} when a value is impossible.
 */
export function checkNetworkLimits(
  limits: Partial<NetworkLimits>,
  before: NetworkLimits,
): NetworkLimits {
  if (typeof limits !== "object" || limits === null) {
    throw new TypeError(
      `Cannot set networkLimits: expected an object, got ${quote(limits)}`,
    );
  }
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(RANGES, name)) {
      throw new TypeError(
        `Cannot set networkLimits: unknown limit ${quote(name)}`,
      );
    }
    const [min, max] = RANGES[name as keyof NetworkLimits];
    if (!Number.isSafeInteger(value) || value < min || value > max) {
      throw outOfRange(
        `networkLimits ${name}`,
        value,
        `a whole number from ${min} to ${max}`,
      );
    }
  }
  return Object.freeze({ ...before, ...limits });
}
