/** Locks on granted folders that all workers of a process share. */

import { fail } from "../error_code.ts";
import type { StopPage } from "../../stop_page.ts";

/** How many locks there are. */
export const LOCKS = 1_023;

/** Lease time: a holder that is silent for longer loses its lock. */
const LEASE_MS = 5_000;
/** How long a holder that woke a waiter yields the lock to it. */
const TURN_MS = 1;
/** How long a waiting guest sleeps between checks of its stop word. */
const LOOK_MS = 10;

/** A held lock. */
export interface LockHold {
  /**
   * Renews the lease.
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
 * A holder regularly writes a fresh ticket into its lock. A waiter that sees
 * the same ticket for a whole lease takes over the lock: a worker that died or
 * hangs in the kernel blocks nobody forever, and one that resumes notices that
 * its ticket is gone before it changes anything.
 */
export class FolderLocks {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #leaseMs: number;
  /** The locks that had waiters when they were released here. */
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
   * Runs `act` while holding all of `locks`, which must be in ascending order
   * to prevent deadlocks.
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
    // Otherwise a guest that makes many changes would starve the others.
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

  /** A ticket that no lock holds; the counter wraps around, skipping 0. */
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
   * Runs an operation with which no other guest of this process may interfere;
   * can be nested.
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
