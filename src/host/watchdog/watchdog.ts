/**
 * The host's side of the watchdog: one thread a process, started for the first
 * sandbox and ended with the last.
 */

import type { StopPage } from "../../stop_page.ts";
import { startBackgroundWorker } from "../background_worker.ts";
import { Deadline, toMicroseconds } from "./deadline.ts";
import {
  WATCHDOG_PAGE_BYTES,
  type WatchdogMessage,
  type WatchdogReport,
  WatchdogSlot,
} from "./watchdog_page.ts";
import { within } from "../within.ts";

/** How long the thread may take to end; one that never does is let go. */
const GRACE_MS = 2_000;

let shared: Watchdog | undefined;

/** Stops guests at their deadlines, from a thread of its own. */
export class Watchdog {
  readonly #worker: Worker;
  readonly #slots: BigInt64Array<SharedArrayBuffer>;
  readonly #closed = Promise.withResolvers<void>();
  #nextId = 1;
  #users = 0;
  /** Resolves when deadlines are watched, rejects when they can't be. */
  readonly ready: Promise<void>;

  private constructor() {
    const page = new SharedArrayBuffer(WATCHDOG_PAGE_BYTES);
    this.#slots = new BigInt64Array(page);
    const url = new URL("./watchdog_worker.ts", import.meta.url);
    this.#worker = startBackgroundWorker(url, "none");
    const ready = Promise.withResolvers<void>();
    this.ready = ready.promise;
    // Whoever waits for it gets the reason; nobody may be waiting yet.
    ready.promise.catch(() => {});
    this.#worker.onmessage = ({ data }: MessageEvent<WatchdogReport>) => {
      if (data.type === "ready") ready.resolve();
      else if (data.type === "closed") this.#closed.resolve();
      else this.#post(hostClock());
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      ready.reject(new Error(`Watchdog failed: ${event.message}`));
      this.#closed.resolve();
    };
    this.#post({ type: "start", page });
  }

  /** The process's watchdog, with one more user. */
  static acquire(): Watchdog {
    shared ??= new Watchdog();
    shared.#users++;
    return shared;
  }

  /** Takes a user away; the last one ends the thread. */
  async release(): Promise<void> {
    if (--this.#users > 0) return;
    if (shared === this) shared = undefined;
    this.#post({ type: "close" });
    if (await within(GRACE_MS, this.#closed.promise)) this.#worker.terminate();
  }

  /** Starts watching a stop page. */
  watch(stopPage: StopPage): WatchedDeadline {
    const id = this.#nextId++;
    this.#post({ type: "watch", id, stopPage: stopPage.memory });
    return new WatchedDeadline(
      new Deadline(stopPage),
      this.#slots,
      () => this.#post({ type: "unwatch", id }),
    );
  }

  #post(message: WatchdogMessage): void {
    // Counted before it is posted: the watchdog must never have received more
    // than was counted, or it would wait for a message that does not come.
    Atomics.add(this.#slots, WatchdogSlot.mail, 1n);
    signal(this.#slots);
    this.#worker.postMessage(message);
  }
}

/** A deadline that the watchdog looks at. */
export class WatchedDeadline {
  readonly #deadline: Deadline;
  readonly #slots: BigInt64Array<SharedArrayBuffer>;
  /** Ends the watching. */
  readonly unwatch: () => void;

  constructor(
    deadline: Deadline,
    slots: BigInt64Array<SharedArrayBuffer>,
    unwatch: () => void,
  ) {
    this.#deadline = deadline;
    this.#slots = slots;
    this.unwatch = unwatch;
  }

  /** Fires `ms` milliseconds from now, unless disarmed before. */
  arm(ms: number): void {
    const at = toMicroseconds(performance.now() + ms);
    this.#deadline.arm(at);
    // Waking the watchdog costs more than most calls take; it looks up by
    // itself in time for every deadline after the one it has planned for.
    if (at < Atomics.load(this.#slots, WatchdogSlot.planned)) {
      signal(this.#slots);
    }
  }

  /** Takes the deadline back; afterwards the stop word is the host's alone. */
  disarm(): void {
    this.#deadline.disarm();
  }
}

function signal(slots: BigInt64Array<SharedArrayBuffer>): void {
  Atomics.add(slots, WatchdogSlot.signal, 1n);
  Atomics.notify(slots, WatchdogSlot.signal);
}

function hostClock(): WatchdogMessage {
  const { timeOrigin } = performance;
  return { type: "clock", timeOrigin, now: performance.now() };
}
