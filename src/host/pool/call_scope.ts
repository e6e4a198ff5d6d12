/**
 * Tracks nested calls: a host function called by a guest may call guests
 * itself, which need workers too.
 */

import type { AsyncLocalStorage } from "node:async_hooks";

/** Created for the first host function: until then no call is nested. */
let scopes: AsyncLocalStorage<CallScope> | undefined;

/** Loaded on demand, as most processes have no host functions. */
function madeScopes(): AsyncLocalStorage<CallScope> {
  // deno-lint-ignore no-process-global -- an import would load it at the start
  const { AsyncLocalStorage } = process.getBuiltinModule("node:async_hooks");
  return new AsyncLocalStorage();
}

/** One call, and the call from whose host function it is made. */
export class CallScope {
  readonly #outer: CallScope | undefined = scopes?.getStore();
  /** How many calls nested in it, at any depth, are waiting. */
  #waiting = 0;

  /** Whether it is made from a host function of another call. */
  get isNested(): boolean {
    return this.#outer !== undefined;
  }

  /** Whether it is nested in one of these calls, at any depth. */
  isWithin(calls: ReadonlySet<CallScope>): boolean {
    for (let outer = this.#outer; outer; outer = outer.#outer) {
      if (calls.has(outer)) return true;
    }
    return false;
  }

  /** Whether it waits for a nested call that waits for a worker. */
  get isStuck(): boolean {
    return this.#waiting > 0;
  }

  /** Runs a host function; calls that it makes, now or later, are nested. */
  run<T>(act: () => T): T {
    scopes ??= madeScopes();
    return scopes.run(this, act);
  }

  /** Records that the call waits for a worker. */
  wait(): void {
    this.#count(1);
  }

  /** Records that it no longer waits. */
  waited(): void {
    this.#count(-1);
  }

  #count(change: number): void {
    for (let outer = this.#outer; outer; outer = outer.#outer) {
      outer.#waiting += change;
    }
  }
}
