/**
 * Which call makes which: a function of the host that a guest calls may call
 * guests itself, and these need workers too.
 */

import { AsyncLocalStorage } from "node:async_hooks";

const SCOPES = new AsyncLocalStorage<CallScope>();

/** One call, and the one from whose host function it is made. */
export class CallScope {
  readonly #outer: CallScope | undefined = SCOPES.getStore();
  /** How many calls that are made from it, however far down, wait. */
  #waiting = 0;

  /** Whether it is made from a host function of another call. */
  get isNested(): boolean {
    return this.#outer !== undefined;
  }

  /** Whether it goes on only after a call that waits for a worker. */
  get isStuck(): boolean {
    return this.#waiting > 0;
  }

  /** Runs a host function; calls that it makes, now or later, are nested. */
  run<T>(act: () => T): T {
    return SCOPES.run(this, act);
  }

  /** The call waits for a worker. */
  wait(): void {
    this.#count(1);
  }

  /** It does not wait any more. */
  waited(): void {
    this.#count(-1);
  }

  #count(change: number): void {
    for (let outer = this.#outer; outer; outer = outer.#outer) {
      outer.#waiting += change;
    }
  }
}
