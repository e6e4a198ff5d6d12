/** Runs the calls of a session one at a time. */

import { ExecutionFailed } from "../../errors.ts";
import type { CallScope } from "../../host/pool/call_scope.ts";

/** A FIFO queue of tasks. */
export class SessionQueue {
  readonly #onBusy: () => void;
  readonly #onRest: () => void;
  #last: Promise<unknown> = Promise.resolve();
  /** The unfinished tasks. */
  readonly #waiting = new Set<CallScope>();

  /**
   * @param onBusy Called when the queue becomes non-empty.
   * @param onRest Called when it becomes empty.
   */
  constructor(onBusy: () => void, onRest: () => void) {
    this.#onBusy = onBusy;
    this.#onRest = onRest;
  }

  /** The number of unfinished tasks. */
  get length(): number {
    return this.#waiting.size;
  }

  /**
   * Runs a task after all earlier ones.
   *
   * @param scope The call that the task is requested from.
   * @throws {ExecutionFailed} when it would deadlock, waiting for the call that
   * requested it.
   */
  async next<Value>(
    scope: CallScope,
    run: () => Promise<Value>,
  ): Promise<Value> {
    if (scope.isWithin(this.#waiting)) {
      throw new ExecutionFailed(
        "Cannot use a session from a host function that a call of the same session waits for",
      );
    }
    this.#onBusy();
    this.#waiting.add(scope);
    const turn = this.#last.then(run);
    this.#last = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      this.#waiting.delete(scope);
      if (this.#waiting.size === 0) this.#onRest();
    }
  }
}
