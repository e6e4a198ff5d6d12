/** Limits on one call's use of host functions. */

import { checkKnown, checkObject, checkWhole } from "./option_checks.ts";

/** Limits on one call's use of host functions. */
export interface HostFunctionLimits {
  /** Number of calls, including refused ones; 10 000 by default. */
  readonly calls: number;
  /**
   * Total bytes of arguments; 16 MiB by default. One call may pass at most 1
   * MiB.
   */
  readonly argumentBytes: number;
  /** Total bytes of results; 64 MiB by default. */
  readonly answerBytes: number;
  /** Total time spent in functions, in milliseconds; 30 000 by default. */
  readonly time: number;
}

/** The default limits. */
export const DEFAULT_HOST_FUNCTION_LIMITS: HostFunctionLimits = Object.freeze({
  calls: 10_000,
  argumentBytes: 16 * 1024 * 1024,
  answerBytes: 64 * 1024 * 1024,
  time: 30_000,
});

/** The highest permitted value of each limit. */
const MOST: Readonly<Record<keyof HostFunctionLimits, number>> = {
  calls: Number.MAX_SAFE_INTEGER,
  argumentBytes: 2 ** 40,
  answerBytes: 2 ** 40,
  time: 2 ** 31 - 1,
};

/**
 * Checks limits and fills in defaults.
 *
 * @throws {TypeError} for an unknown limit.
 * @throws {RangeError} when a value is out of range.
 */
export function checkHostFunctionLimits(
  limits: Partial<HostFunctionLimits>,
  before: HostFunctionLimits,
): HostFunctionLimits {
  const option = "hostFunctionLimits";
  checkObject(option, limits);
  checkKnown(option, limits, Object.keys(MOST));
  for (const [name, value] of Object.entries(limits)) {
    const most = MOST[name as keyof HostFunctionLimits];
    checkWhole(`${option} ${name}`, value, 0, most);
  }
  return Object.freeze({ ...before, ...limits });
}
