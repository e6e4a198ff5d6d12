/**
 * How many connections by name may be in the making. Connecting by name looks
 * it up on one of the process's 32 threads for such things, which also read
 * files and can't be given up: names whose look-ups are not answered must take
 * neither all of them, nor all that is left to other names and sandboxes.
 */

import type { LookUps } from "../../channel/look_ups.ts";

/** Of one name, in one sandbox, at a time; others wait for their turn. */
export const MAX_OF_ONE_NAME = 4;
/** Of all names of a sandbox; a name that has none may have one more. */
export const MAX_OF_ONE_SANDBOX = 12;
const MAX_WITH_FIRST = 16;
/** Of all sandboxes; a sandbox that has none may have one more. */
export const MAX_OF_PROCESS = 24;
const MAX_OF_PROCESS_WITH_FIRST = 30;

/** How soon who waits for another sandbox's turn looks again, in ms. */
const LOOK_AGAIN_MS = 20;

/** Gives out turns, by name. */
export class NameSlots {
  readonly #lookUps: LookUps;
  readonly #taken = new Map<string, number>();
  /** Who waits, by name, from the first on. */
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(lookUps: LookUps) {
    this.#lookUps = lookUps;
  }

  /**
   * Acts once it is the name's turn. The turn lasts until the act has ended,
   * also where nobody waits for it any more.
   *
   * @param late Takes what came of an act after the signal was aborted.
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
    // What another sandbox gives back is told to nobody.
    const timer = setInterval(() => this.#admit(), LOOK_AGAIN_MS);
    try {
      await promise;
    } finally {
      clearInterval(timer);
      signal.removeEventListener("abort", abort);
    }
  }

  /** Takes a turn, if there is one for the name. */
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

  /** Gives turns to those who wait, one of each name after the other. */
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
