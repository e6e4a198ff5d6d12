/** The workers of a pool that are starting. */

import { PermissionDenied, WorkerLost } from "../../errors.ts";
import { GuestWorker } from "../guest/guest_worker.ts";
import type { WorkerOptions } from "../guest/worker_options.ts";
import { Watchdog } from "../watchdog/watchdog.ts";
import { within } from "../within.ts";

/** How long a worker may take to start. */
const START_MS = 30_000;

/** Callbacks for the fate of workers. */
export interface WorkerFates {
  /** The worker serves calls from now on. */
  readonly started: (worker: GuestWorker) => void;
  /** The worker failed to start. */
  readonly notStarted: (worker: GuestWorker, error: unknown) => void;
  /** Its thread has ended unexpectedly, at any time. */
  readonly failed: (worker: GuestWorker) => void;
}

/** Starts workers, and the watchdog with the first. */
export class WorkerStarts {
  readonly #options: WorkerOptions;
  readonly #fates: WorkerFates;
  readonly #starting = new Map<GuestWorker, Promise<void>>();
  #watchdog: Watchdog | undefined;

  constructor(options: WorkerOptions, fates: WorkerFates) {
    this.#options = options;
    this.#fates = fates;
  }

  /** The number of starting workers. */
  get size(): number {
    return this.#starting.size;
  }

  /**
   * Starts a worker.
   *
   * @throws {PermissionDenied} when this process lacks the permissions that it
   * needs.
   */
  start(): void {
    const worker: GuestWorker = this.#make(() => this.#fates.failed(worker));
    this.#starting.set(worker, this.#follow(worker));
  }

  /** Waits until no worker is starting. */
  async settled(): Promise<void> {
    await Promise.all(this.#starting.values());
  }

  /** Releases the watchdog, after all workers have ended. */
  async close(): Promise<void> {
    await this.#watchdog?.release();
  }

  #make(onFailure: () => void): GuestWorker {
    try {
      return new GuestWorker(
        this.#options,
        this.#watchdog ??= Watchdog.acquire(),
        onFailure,
      );
    } catch (error) {
      throw toStartError(error);
    }
  }

  async #follow(worker: GuestWorker): Promise<void> {
    try {
      if (!await within(START_MS, worker.ready)) {
        throw new WorkerLost(`Worker did not start within ${START_MS} ms`);
      }
      this.#starting.delete(worker);
      this.#fates.started(worker);
    } catch (error) {
      this.#starting.delete(worker);
      this.#fates.notStarted(worker, error);
    }
  }
}

function toStartError(error: unknown): unknown {
  return error instanceof Deno.errors.NotCapable ||
      error instanceof Deno.errors.PermissionDenied
    ? new PermissionDenied(`Cannot start a worker: ${error.message}`)
    : error;
}
