/** Waits with a timeout. */

import { Timer } from "../timer.ts";

/**
 * Whether `promise` resolves within `ms` milliseconds. Keeps the process alive
 * meanwhile, which a promise for a worker's message does not.
 */
export async function within(
  ms: number,
  promise: Promise<void>,
): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const timer = new Timer(ms, () => late.resolve(false));
  try {
    return await Promise.race([promise.then(() => true), late.promise]);
  } finally {
    timer.clear();
  }
}
