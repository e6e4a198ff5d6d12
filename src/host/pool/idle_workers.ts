/** The workers of a pool that run nothing, and which of them are kept. */

import { IdleTimer } from "../../timer.ts";
import type { GuestWorker } from "../guest/guest_worker.ts";

/** How long a worker that nothing needs is kept. */
const IDLE_MS = 30_000;

/** Idle workers; all but one end when nothing needs them for a while. */
export class IdleWorkers {
  /** Most recently used last. */
  readonly #workers: GuestWorker[] = [];
  readonly #evict: (worker: GuestWorker) => void;
  #timer: IdleTimer | undefined;

  /** @param evict Ends a worker that is not kept. */
  constructor(evict: (worker: GuestWorker) => void) {
    this.#evict = evict;
  }

  /** How many there are. */
  get size(): number {
    return this.#workers.length;
  }

  /** Adds a worker that has become idle. */
  add(worker: GuestWorker): void {
    this.#workers.push(worker);
  }

  /** Takes one, which knows the module if any does; there must be one. */
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

  /** Takes this very one; false when it is not idle. */
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

  /** Ends all but one of those that nothing will have needed for a while. */
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
