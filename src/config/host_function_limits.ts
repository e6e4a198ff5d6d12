/** How much of the host's functions one call may use. */

import { checkKnown, checkObject, checkWhole } from "./option_checks.ts";

/** How much of the host's functions one call may use. */
export interface HostFunctionLimits {
  /** Calls of functions, refused ones included; 10 000 by default. */
  readonly calls: number;
  /**
   * Bytes of all arguments together; 16 MiB by default. One call has at most
   * 1 MiB of them.
   */
  readonly argumentBytes: number;
  /** Bytes of all answers together; 64 MiB by default. */
  readonly answerBytes: number;
  /** Milliseconds in functions, all together; 30 000 by default. */
  readonly time: number;
}

/** The limits where nothing else was set. */
export const DEFAULT_HOST_FUNCTION_LIMITS: HostFunctionLimits = Object.freeze({
  calls: 10_000,
  argumentBytes: 16 * 1024 * 1024,
  answerBytes: 64 * 1024 * 1024,
  time: 30_000,
});

/** The highest that each limit may be. */
const MOST: Readonly<Record<keyof HostFunctionLimits, number>> = {
  calls: Number.MAX_SAFE_INTEGER,
  argumentBytes: 2 ** 40,
  answerBytes: 2 ** 40,
  time: 2 ** 31 - 1,
};

/**
 * Checks limits and adds those that were left out.
 *
 * @throws {TypeError} when there is no limit of that name.
 * @throws {RangeError} when a value is impossible.
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
