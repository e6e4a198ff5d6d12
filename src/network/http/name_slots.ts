/**
 * Limits how many connections by name may be pending. Connecting by name
 * resolves it on one of the process's 32 blocking threads, which also read
 * files and can't be aborted: look-ups that hang must not take all of them, nor
 * all those left to other names and sandboxes.
 */

import type { LookUps } from "../../channel/look_ups.ts";

/** Per name and sandbox; further connections wait. */
export const MAX_OF_ONE_NAME = 4;
/** For all names of a sandbox; a name with none may take one more. */
export const MAX_OF_ONE_SANDBOX = 12;
const MAX_WITH_FIRST = 16;
/** For all sandboxes; a sandbox with none may take one more. */
export const MAX_OF_PROCESS = 24;
const MAX_OF_PROCESS_WITH_FIRST = 30;

/** Polling interval while waiting for slots of other sandboxes, in ms. */
const LOOK_AGAIN_MS = 20;

/** Allocates slots by name. */
export class NameSlots {
  readonly #lookUps: LookUps;
  readonly #taken = new Map<string, number>();
  /** The waiters by name, in order. */
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(lookUps: LookUps) {
    this.#lookUps = lookUps;
  }

  /**
   * Runs a task once the name has a slot. The slot is held until the task ends,
   * even if its caller has given up.
   *
   * @param late Receives the result of a task that ends after the signal was
   * aborted.
   * @throws the signal's reason when it is aborted.
   */
  async run<Result>(
    name: string,
    signal: AbortSignal,
    act: () => Promise<Result>,
    late: (result: Result) => void,
  ): Promise<Result> {
    await this.#turn(name, signal);
    const acting = act().finally(() => this.#free(name));
    const { promise, reject } = Promise.withResolvers<never>();
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    try {
      return await Promise.race([acting, promise]);
    } catch (error) {
      if (signal.aborted) acting.then(late, () => {});
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  async #turn(name: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const queue = this.#waiting.get(name);
    if (!queue && this.#take(name)) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.set(name, (queue ?? new Set()).add(resolve));
    const abort = () => {
      this.#leave(name, resolve);
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    // Other sandboxes do not signal when they release a slot.
    const timer = setInterval(() => this.#admit(), LOOK_AGAIN_MS);
    try {
      await promise;
    } finally {
      clearInterval(timer);
      signal.removeEventListener("abort", abort);
    }
  }

  /** Takes a slot, if the name may have one. */
  #take(name: string): boolean {
    const taken = this.#taken.get(name) ?? 0;
    const most = taken === 0 ? MAX_WITH_FIRST : MAX_OF_ONE_SANDBOX;
    const { own } = this.#lookUps;
    if (taken >= MAX_OF_ONE_NAME || own >= most) return false;
    const ofProcess = own === 0 ? MAX_OF_PROCESS_WITH_FIRST : MAX_OF_PROCESS;
    if (!this.#lookUps.take(ofProcess)) return false;
    this.#taken.set(name, taken + 1);
    return true;
  }

  #free(name: string): void {
    this.#lookUps.free();
    const taken = this.#taken.get(name)! - 1;
    if (taken > 0) this.#taken.set(name, taken);
    else this.#taken.delete(name);
    this.#admit();
  }

  /** Gives slots to waiters, round-robin by name. */
  #admit(): void {
    for (let given = true; given;) {
      given = false;
      for (const [name, queue] of [...this.#waiting]) {
        const [next] = queue;
        if (!next || !this.#take(name)) continue;
        this.#leave(name, next);
        next();
        given = true;
      }
    }
  }

  #leave(name: string, one: () => void): void {
    const queue = this.#waiting.get(name);
    queue?.delete(one);
    if (queue?.size === 0) this.#waiting.delete(name);
  }
}
