/** Limits on one call's use of the network. */

import { outOfRange } from "./option_error.ts";
import { quote } from "../quote.ts";

/** Limits on one call's use of the network. */
export interface NetworkLimits {
  /** Number of requests, including each redirect hop; 32 by default. */
  readonly requests: number;
  /** Total bytes of response bodies, after decompression; 10 MiB by default. */
  readonly responseBytes: number;
  /** Bytes of the headers of one request or response; 64 KiB by default. */
  readonly headerBytes: number;
  /** Total bytes of request bodies; 1 MiB by default. */
  readonly requestBytes: number;
}

/** The default limits. */
export const DEFAULT_NETWORK_LIMITS: NetworkLimits = Object.freeze({
  requests: 32,
  responseBytes: 10 * 1024 * 1024,
  headerBytes: 64 * 1024,
  requestBytes: 1024 * 1024,
});

/** The permitted range of each limit. */
const RANGES: Readonly<Record<keyof NetworkLimits, readonly [number, number]>> =
  {
    requests: [0, 10_000],
    responseBytes: [0, 2 ** 40],
    headerBytes: [1024, 2 ** 20],
    requestBytes: [0, 2 ** 28],
  };

/**
 * Checks limits and fills in defaults.
 *
 * @throws {TypeError} for an unknown limit.
 * @throws {RangeError} when a value is out of range.
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
