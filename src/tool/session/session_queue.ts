/** Runs the calls of a session one after another. */

import { ExecutionFailed } from "../../errors.ts";
import type { CallScope } from "../../host/pool/call_scope.ts";

/** Runs what it is asked for in order. */
export class SessionQueue {
  readonly #onBusy: () => void;
  readonly #onRest: () => void;
  #last: Promise<unknown> = Promise.resolve();
  /** What was asked for and has not ended. */
  readonly #waiting = new Set<CallScope>();

  /**
   * @param onBusy Called when something is asked for.
   * @param onRest Called when nothing is any more.
   */
  constructor(onBusy: () => void, onRest: () => void) {
    this.#onBusy = onBusy;
    this.#onRest = onRest;
  }

  /** How much was asked for and has not ended. */
  get length(): number {
    return this.#waiting.size;
  }

  /**
   * Runs after everything that was asked for before.
   *
   * @param scope What it is asked from.
   * @throws {ExecutionFailed} when it would wait for a call that waits for it.
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
