/**
 * The host's side of the watchdog: one thread a process, started for the first
 * sandbox and ended with the last. One that fails, or misses a deadline, is
 * replaced; until then the host's own timers bound the calls.
 */

import type { StopPage } from "../../stop_page.ts";
import { Deadline, toMicroseconds } from "./deadline.ts";
import { WatchdogThread } from "./watchdog_thread.ts";

/** Threads that may hold on after they were replaced; then no more are tried. */
const MAX_HELD = 4;

let shared: Watchdog | undefined;

/** Stops guests at their deadlines, from a thread of its own. */
export class Watchdog {
  /** What is watched, for a thread that takes over. */
  readonly #watched = new Map<number, StopPage>();
  #thread: WatchdogThread;
  #nextId = 1;
  #users = 0;
  /** How many threads were replaced and have not ended. */
  #held = 0;

  private constructor() {
    this.#thread = this.#start();
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
    await this.#thread.close();
  }

  /** Resolves when deadlines are watched, rejects when they can't be. */
  get ready(): Promise<void> {
    return this.#ready();
  }

  /** The thread that watches now. */
  get thread(): WatchdogThread {
    return this.#thread;
  }

  /** Starts watching a stop page. */
  watch(stopPage: StopPage): WatchedDeadline {
    const id = this.#nextId++;
    this.#watched.set(id, stopPage);
    this.#thread.post({ type: "watch", id, stopPage: stopPage.memory });
    return new WatchedDeadline(new Deadline(stopPage), this, () => {
      this.#watched.delete(id);
      this.#thread.post({ type: "unwatch", id });
    });
  }

  /**
   * Lets another thread take over from one that is of no use any more. Does
   * nothing when one has, or when too many hold on: then something else is
   * wrong, and every further thread would make it worse.
   */
  replace(thread: WatchdogThread): void {
    if (thread !== this.#thread || this.#held >= MAX_HELD) return;
    this.#held++;
    this.#thread = this.#start();
    for (const [id, stopPage] of this.#watched) {
      this.#thread.post({ type: "watch", id, stopPage: stopPage.memory });
    }
    // It may only have been slow: what both of them see is fired once.
    thread.close().then((ended) => {
      if (ended) this.#held--;
    });
  }

  #start(): WatchdogThread {
    const thread: WatchdogThread = new WatchdogThread(() =>
      this.replace(thread)
    );
    return thread;
  }

  async #ready(): Promise<void> {
    for (;;) {
      const thread = this.#thread;
      try {
        return await thread.ready;
      } catch (error) {
        if (thread === this.#thread) throw error;
      }
    }
  }
}

/** A deadline that the watchdog looks at. */
export class WatchedDeadline {
  readonly #deadline: Deadline;
  readonly #watchdog: Watchdog;
  /** The thread that was to look at it. */
  #armedFor: WatchdogThread;
  /** Ends the watching. */
  readonly unwatch: () => void;

  constructor(deadline: Deadline, watchdog: Watchdog, unwatch: () => void) {
    this.#deadline = deadline;
    this.#watchdog = watchdog;
    this.#armedFor = watchdog.thread;
    this.unwatch = unwatch;
  }

  /** Fires `ms` milliseconds from now, unless disarmed before. */
  arm(ms: number): void {
    const at = toMicroseconds(performance.now() + ms);
    const { thread } = this.#watchdog;
    this.#armedFor = thread;
    this.#deadline.arm(at);
    // Waking the watchdog costs more than most calls take; it looks up by
    // itself in time for every deadline after the one it has planned for.
    if (at < thread.planned) thread.signal();
  }

  /**
   * Takes the deadline back; afterwards the stop word is the host's alone.
   *
   * @returns false when the stop page must not be used for another call.
   */
  disarm(): boolean {
    return this.#deadline.disarm();
  }

  /** Says that the deadline passed and nothing happened. */
  missed(): void {
    this.#watchdog.replace(this.#armedFor);
  }
}
