/**
 * Which call makes which: a function of the host that a guest calls may call
 * guests itself, and these need workers too.
 */

import type { AsyncLocalStorage } from "node:async_hooks";

/** Made for the first host function: until then no call is made from one. */
let scopes: AsyncLocalStorage<CallScope> | undefined;

/** Most processes have no host functions, and loading this takes its time. */
function madeScopes(): AsyncLocalStorage<CallScope> {
  // deno-lint-ignore no-process-global -- an import would load it at the start
  const { AsyncLocalStorage } = process.getBuiltinModule("node:async_hooks");
  return new AsyncLocalStorage();
}

/** One call, and the one from whose host function it is made. */
export class CallScope {
  readonly #outer: CallScope | undefined = scopes?.getStore();
  /** How many calls that are made from it, however far down, wait. */
  #waiting = 0;

  /** Whether it is made from a host function of another call. */
  get isNested(): boolean {
    return this.#outer !== undefined;
  }

  /** Whether it is made from a host function of one of these, however far down. */
  isWithin(calls: ReadonlySet<CallScope>): boolean {
    for (let outer = this.#outer; outer; outer = outer.#outer) {
      if (calls.has(outer)) return true;
    }
    return false;
  }

  /** Whether it goes on only after a call that waits for a worker. */
  get isStuck(): boolean {
    return this.#waiting > 0;
  }

  /** Runs a host function; calls that it makes, now or later, are nested. */
  run<T>(act: () => T): T {
    scopes ??= madeScopes();
    return scopes.run(this, act);
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
