/**
 * The host's side of the watchdog: one thread a process, started for the first
 * call that does not end at once and ended with the last sandbox. One that
 * fails, or misses a deadline, is replaced; until then the host's own timers
 * bound the calls.
 */

import type { StopPage } from "../../stop_page.ts";
import { Deadline, toMicroseconds } from "./deadline.ts";
import { WatchdogThread } from "./watchdog_thread.ts";

/** Threads that may hold on after they were replaced; then no more are tried. */
const MAX_HELD = 4;
/** Calls that may end before there is a thread: those of a short process. */
const MAX_UNWATCHED = 2;
/** How long such a call may take, which the host's thread waits for. */
const UNWATCHED_MS = 5;

let shared: Watchdog | undefined;

/** Stops guests at their deadlines, from a thread of its own. */
export class Watchdog {
  /** What is watched, for a thread that takes over. */
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

  /** Takes a user away; the last one ends the thread. */
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
   * Says that a call has begun, before anything else may keep the host's thread
   * busy: whatever outlives this is watched. A thread takes 15 ms to start, so
   * the first calls are waited for a little, and often end first. One whose
   * time is up while its thread starts is stopped as soon as that has.
   *
   * @param endsWithin Waits so many milliseconds for the call to end.
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
   * Lets another thread take over from one that is of no use any more. Does
   * nothing when one has, or when too many hold on: then something else is
   * wrong, and every further thread would make it worse.
   */
  replace(thread: WatchdogThread): void {
    if (thread !== this.#thread || this.#held >= MAX_HELD) return;
    this.#held++;
    this.#thread = this.#start();
    // It may only have been slow: what both of them see is fired once.
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

/** A deadline that the watchdog looks at. */
export class WatchedDeadline {
  readonly #deadline: Deadline;
  readonly #watchdog: Watchdog;
  /** The thread that was to look at it. */
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
    // Waking the watchdog costs more than most calls take; it looks up by
    // itself in time for every deadline after the one it has planned for.
    if (thread && at < thread.planned) thread.signal();
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
    if (this.#armedFor) this.#watchdog.replace(this.#armedFor);
  }
}
