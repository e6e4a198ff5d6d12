/**
 * The host's side of the watchdog: one thread per process, started for the
 * first call that does not end quickly and ended with the last sandbox. A
 * thread that fails, or misses a deadline, is replaced; until then the host's
 * own timers bound the calls.
 */

import type { StopPage } from "../../stop_page.ts";
import { Deadline, toMicroseconds } from "./deadline.ts";
import { WatchdogThread } from "./watchdog_thread.ts";

/**
 * Maximum number of replaced threads that have not ended; then no more are
 * started.
 */
const MAX_HELD = 4;
/**
 * Number of calls that may run before a thread is started, for short processes.
 */
const MAX_UNWATCHED = 2;
/** How long the host's thread waits for such a call to end. */
const UNWATCHED_MS = 5;

let shared: Watchdog | undefined;

/** Stops guests at their deadlines, from a separate thread. */
export class Watchdog {
  /** The watched stop pages, for a replacement thread. */
  readonly #watched = new Map<number, StopPage>();
  #thread: WatchdogThread | undefined;
  #nextId = 1;
  #users = 0;
  #unwatched = 0;
  /** How many threads were replaced and have not ended. */
  #held = 0;

  private constructor() {}

  /** The process's watchdog, with one more user. */
  static acquire(): Watchdog {
    shared ??= new Watchdog();
    shared.#users++;
    return shared;
  }

  /** Removes a user; the last one ends the thread. */
  async release(): Promise<void> {
    if (--this.#users > 0) return;
    if (shared === this) shared = undefined;
    await this.#thread?.close();
  }

  /** The thread that watches now, if there is one. */
  get thread(): WatchdogThread | undefined {
    return this.#thread;
  }

  /**
   * Called when a call has begun, before anything else may block the host's
   * thread: calls that outlive this are watched. A thread takes 15 ms to start,
   * so this waits briefly for the first calls, which often end first. A call
   * whose deadline passes while the thread starts is stopped as soon as it has
   * started.
   *
   * @param endsWithin Waits at most this many milliseconds for the call to end.
   */
  begun(endsWithin: (ms: number) => boolean): void {
    if (this.#thread) return;
    if (this.#unwatched++ < MAX_UNWATCHED && endsWithin(UNWATCHED_MS)) return;
    this.#thread = this.#start();
  }

  /** Starts watching a stop page. */
  watch(stopPage: StopPage): WatchedDeadline {
    const id = this.#nextId++;
    this.#watched.set(id, stopPage);
    this.#thread?.post({ type: "watch", id, stopPage: stopPage.memory });
    return new WatchedDeadline(new Deadline(stopPage), this, () => {
      this.#watched.delete(id);
      this.#thread?.post({ type: "unwatch", id });
    });
  }

  /**
   * Replaces a thread that no longer works. Does nothing if it was already
   * replaced, or if too many old threads have not ended: then something else is
   * wrong, and further threads would make it worse.
   */
  replace(thread: WatchdogThread): void {
    if (thread !== this.#thread || this.#held >= MAX_HELD) return;
    this.#held++;
    this.#thread = this.#start();
    // The old thread may only be slow: a deadline seen by both fires only once.
    thread.close().then((ended) => {
      if (ended) this.#held--;
    });
  }

  #start(): WatchdogThread {
    const thread: WatchdogThread = new WatchdogThread(() =>
      this.replace(thread)
    );
    for (const [id, stopPage] of this.#watched) {
      thread.post({ type: "watch", id, stopPage: stopPage.memory });
    }
    return thread;
  }
}

/** A deadline that the watchdog watches. */
export class WatchedDeadline {
  readonly #deadline: Deadline;
  readonly #watchdog: Watchdog;
  /** The thread that watches it. */
  #armedFor: WatchdogThread | undefined;
  /** Ends the watching. */
  readonly unwatch: () => void;

  constructor(deadline: Deadline, watchdog: Watchdog, unwatch: () => void) {
    this.#deadline = deadline;
    this.#watchdog = watchdog;
    this.unwatch = unwatch;
  }

  /** Fires `ms` milliseconds from now, unless disarmed before. */
  arm(ms: number): void {
    const at = toMicroseconds(performance.now() + ms);
    const { thread } = this.#watchdog;
    this.#armedFor = thread;
    this.#deadline.arm(at);
    // Waking the watchdog costs more than most calls; it wakes by itself in
    // time for every deadline after its planned wake-up.
    if (thread && at < thread.planned) thread.signal();
  }

  /**
   * Cancels the deadline; afterwards only the host writes the stop word.
   *
   * @returns false if the stop page must not be reused.
   */
  disarm(): boolean {
    return this.#deadline.disarm();
  }

  /** Reports that the deadline passed without effect. */
  missed(): void {
    if (this.#armedFor) this.#watchdog.replace(this.#armedFor);
  }
}
