/**
 * Counts lost workers, and the modules that lost them. A lost worker's thread
 * can't be terminated and may use a core forever, so losses are limited: first
 * the responsible module is refused, then all calls.
 */

import { WorkerLost } from "../../errors.ts";

/** Workers that one module may lose. */
const MAX_PER_MODULE = 3;
/** Maximum number of lost workers whose threads have not ended. */
const MAX_HELD = 8;

/** Counts the lost workers of one sandbox. */
export class LossRecord {
  readonly #byModule = new Map<number, number>();
  #count = 0;
  /** Lost workers whose threads have not ended. */
  #held = 0;

  /** The total number of lost workers. */
  get count(): number {
    return this.#count;
  }

  /**
   * Counts a lost worker.
   *
   * @param ended Resolves when its thread has ended after all.
   * @param module The number of the module that it ran, if it ran one.
   */
  add(ended: Promise<void>, module?: number): void {
    this.#count++;
    this.#held++;
    ended.then(() => this.#held--);
    if (module === undefined) return;
    this.#byModule.set(module, (this.#byModule.get(module) ?? 0) + 1);
  }

  /** Why calls of a module are refused, if they are. */
  refusal(module: number): WorkerLost | undefined {
    const lost = this.#byModule.get(module) ?? 0;
    if (lost >= MAX_PER_MODULE) {
      return new WorkerLost(
        `Cannot call module: it has lost ${lost} workers, limit is ${MAX_PER_MODULE}`,
      );
    }
    if (this.#held >= MAX_HELD) {
      return new WorkerLost(
        `Cannot call module: ${this.#held} lost workers of the sandbox hold on, limit is ${MAX_HELD}`,
      );
    }
    return undefined;
  }
}
