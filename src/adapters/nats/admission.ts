/** Decides whether a service accepts a call. */

import type { CallQueue } from "./call_queue.ts";
import { type Refusal, REFUSALS } from "./frames.ts";

/** The limits of a service. */
export interface Capacity {
  readonly maxConcurrentCalls: number;
  readonly maxQueuedCalls: number;
  readonly maxArgumentBytes: number;
  readonly maxHeldBytes: number;
}

/** The current load of a service. */
export interface Load {
  readonly queue: CallQueue;
  readonly openCalls: number;
  readonly heldBytes: number;
}

/** Calls still receiving arguments, in addition to queued ones. */
const MOST_OPEN_BESIDE = 1_000;
const MOST_BUDGET_MS = 24 * 3_600_000;

/**
 * Why a call is refused, with a reason in words; undefined if it is accepted.
 */
export function refusalOf(
  call: { readonly totalBytes: number; readonly budgetMs: number },
  capacity: Capacity,
  load: Load,
): [Refusal, string] | undefined {
  const { totalBytes, budgetMs } = call;
  const { maxArgumentBytes } = capacity;
  if (budgetMs > MOST_BUDGET_MS) {
    const why = `its time is above ${MOST_BUDGET_MS} ms, the limit`;
    return [REFUSALS.NotUnderstood, why];
  }
  if (totalBytes > maxArgumentBytes) {
    const why =
      `its arguments have ${totalBytes} bytes, limit is ${maxArgumentBytes}`;
    return [REFUSALS.TooLarge, why];
  }
  const why = fullness(call, capacity, load);
  return why === undefined ? undefined : [REFUSALS.Busy, why];
}

function fullness(
  { totalBytes, budgetMs }: { totalBytes: number; budgetMs: number },
  { maxConcurrentCalls, maxQueuedCalls, maxHeldBytes }: Capacity,
  { queue, openCalls, heldBytes }: Load,
): string | undefined {
  if (budgetMs <= 0) return "its deadline has already passed";
  const mostOpen = maxConcurrentCalls + maxQueuedCalls + MOST_OPEN_BESIDE;
  if (queue.isFull || openCalls >= mostOpen) {
    return `${maxQueuedCalls} calls wait, the limit`;
  }
  if (heldBytes + totalBytes > maxHeldBytes) {
    return `arguments of ${maxHeldBytes} bytes are held, the limit`;
  }
  const waitMs = Math.ceil(queue.expectedWaitMs);
  return waitMs < budgetMs
    ? undefined
    : `it would wait ${waitMs} ms, and has ${budgetMs} ms`;
}
