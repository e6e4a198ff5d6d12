/** The idle workers of a pool, and their eviction. */

import { IdleTimer } from "../../timer.ts";
import type { GuestWorker } from "../guest/guest_worker.ts";

/** How long an unused worker is kept. */
const IDLE_MS = 30_000;

/** Idle workers; all but one are ended after a while without use. */
export class IdleWorkers {
  /** Most recently used last. */
  readonly #workers: GuestWorker[] = [];
  readonly #evict: (worker: GuestWorker) => void;
  #timer: IdleTimer | undefined;

  /** @param evict Ends a worker that is not kept. */
  constructor(evict: (worker: GuestWorker) => void) {
    this.#evict = evict;
  }

  /** The number of idle workers. */
  get size(): number {
    return this.#workers.length;
  }

  /** Adds a worker that has become idle. */
  add(worker: GuestWorker): void {
    this.#workers.push(worker);
  }

  /**
   * Takes a worker, preferably one that knows the module; there must be one.
   */
  take(module: number): GuestWorker {
    const warm = this.#workers.findLastIndex((one) => one.knows(module));
    return this.#workers.splice(warm, 1)[0]!;
  }

  /** Takes all that know the module. */
  takeKnowing(module: number): GuestWorker[] {
    const knowing = this.#workers.filter((one) => one.knows(module));
    for (const worker of knowing) this.remove(worker);
    return knowing;
  }

  /** Takes this worker; false if it is not idle. */
  remove(worker: GuestWorker): boolean {
    const index = this.#workers.indexOf(worker);
    if (index >= 0) this.#workers.splice(index, 1);
    return index >= 0;
  }

  /** Takes all of them, for good. */
  drain(): GuestWorker[] {
    this.#timer?.clear();
    return this.#workers.splice(0);
  }

  /** Schedules the end of unused workers, except one. */
  scheduleEviction(): void {
    if (this.#timer !== undefined || this.size <= 1) return;
    const seen = new Set(this.#workers);
    this.#timer = new IdleTimer(IDLE_MS, () => {
      this.#timer = undefined;
      while (this.size > 1 && seen.has(this.#workers[0]!)) {
        this.#evict(this.#workers.shift()!);
      }
      this.scheduleEviction();
    });
  }
}
