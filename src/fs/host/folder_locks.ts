/** Locks on granted folders that all workers of a process share. */

import { fail } from "../error_code.ts";
import type { StopPage } from "../../stop_page.ts";

/** How many locks there are. */
export const LOCKS = 1_023;

/** A holder that shows no sign of life for so long has lost its lock. */
const LEASE_MS = 5_000;
/** How long one who woke another leaves the lock to it. */
const TURN_MS = 1;
/** How long a waiting guest sleeps before it looks at its stop word again. */
const LOOK_MS = 10;

/** What is done while a lock is held. */
export interface LockHold {
  /**
   * Keeps the lock for another lease.
   *
   * @throws {GuestStopped} when the guest was told to stop.
   * @throws {FileSystemError} EAGAIN when the lock was lost meanwhile.
   */
  check(): void;
}

/**
 * The locks, in shared memory.
 *
 * ```text
 *   word 0          1        2              1023
 *   ┌─────────────┬────────┬────────┬ … ┬────────┐
 *   │ last ticket │ lock 1 │ lock 2 │   │ lock n │   0 = free, else a ticket
 *   └─────────────┴────────┴────────┴ … ┴────────┘
 * ```
 *
 * A holder writes a fresh ticket into its lock now and then. Who waits and sees
 * the same ticket for a whole lease takes the lock over: a worker that died or
 * hangs in the kernel keeps nobody waiting for ever, and one that comes back
 * finds that its ticket is gone before it changes anything.
 */
export class FolderLocks {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #leaseMs: number;
  /** The locks that somebody was waiting for when they were freed here. */
  readonly #wanted = new Set<number>();

  constructor(
    buffer: SharedArrayBuffer = new SharedArrayBuffer(4 * (1 + LOCKS)),
    leaseMs: number = LEASE_MS,
  ) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
    this.#leaseMs = leaseMs;
  }

  /**
   * Runs `act` with all of `locks` held, which must ascend: so two that want
   * the same ones never wait for each other.
   *
   * @throws {GuestStopped} when the guest is told to stop while it waits.
   */
  hold<T>(
    locks: readonly number[],
    stop: StopPage,
    act: (hold: LockHold) => T,
  ): T {
    const tickets = new Map<number, number>();
    try {
      for (const lock of locks) tickets.set(lock, this.#take(lock, stop));
      return act({
        check: () => {
          stop.check();
          this.#renew(tickets);
        },
      });
    } finally {
      for (const [lock, ticket] of tickets) this.#free(lock, ticket);
    }
  }

  #take(lock: number, stop: StopPage): number {
    // Or a guest that changes one thing after another would starve the others.
    if (this.#wanted.delete(lock)) Atomics.wait(this.#words, lock, 0, TURN_MS);
    let seen = 0;
    let since = 0;
    for (;;) {
      const now = performance.now();
      const held = Atomics.load(this.#words, lock);
      if (held !== seen) [seen, since] = [held, now];
      if (held === 0 || now - since > this.#leaseMs) {
        const ticket = this.#ticket();
        if (this.#exchange(lock, held, ticket)) return ticket;
        continue;
      }
      stop.check();
      Atomics.wait(this.#words, lock, held, LOOK_MS);
    }
  }

  #renew(tickets: Map<number, number>): void {
    for (const [lock, ticket] of tickets) {
      const fresh = this.#ticket();
      if (!this.#exchange(lock, ticket, fresh)) fail("EAGAIN");
      tickets.set(lock, fresh);
    }
  }

  #free(lock: number, ticket: number): void {
    if (!this.#exchange(lock, ticket, 0)) return;
    if (Atomics.notify(this.#words, lock, 1) > 0) this.#wanted.add(lock);
  }

  #exchange(lock: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.#words, lock, from, to) === from;
  }

  /** A number that no lock holds; the counter goes round, past 0. */
  #ticket(): number {
    for (;;) {
      const ticket = (Atomics.add(this.#words, 0, 1) + 1) | 0;
      if (ticket !== 0) return ticket;
    }
  }
}

/** The locks of one granted folder, for one guest. */
export class FolderLock {
  readonly #all: FolderLocks;
  readonly #locks: readonly number[];
  readonly #stop: StopPage;
  #hold: LockHold | undefined;

  constructor(all: FolderLocks, locks: readonly number[], stop: StopPage) {
    this.#all = all;
    this.#locks = locks;
    this.#stop = stop;
  }

  /**
   * Does what no other guest of this process may interfere with; inside of
   * what does so already too.
   */
  hold<T>(act: (hold: LockHold) => T): T {
    if (this.#hold !== undefined) return act(this.#hold);
    return this.#all.hold(this.#locks, this.#stop, (hold) => {
      this.#hold = hold;
      try {
        return act(hold);
      } finally {
        this.#hold = undefined;
      }
    });
  }
}
