/** A queue of calls that estimates waiting times. */

import { CallDurations } from "./call_durations.ts";

/** A slot to run a call, released when it has ended. */
export interface QueuePlace {
  /** Milliseconds that the call waited for it. */
  readonly waitedMs: number;
  /** Releases the slot. */
  leave(): void;
}

/** The number of calls of each tool. */
type Counts = Map<string, number>;

/** Limits concurrent calls, in order of arrival. */
export class CallQueue {
  readonly #places: number;
  readonly #mostWaiting: number;
  readonly #durations = new CallDurations();
  /** The callbacks that admit waiting calls, in order of arrival. */
  readonly #waiting = new Set<() => void>();
  readonly #waitingOf: Counts = new Map();
  readonly #runningOf: Counts = new Map();
  #running = 0;

  constructor(places: number, mostWaiting: number) {
    this.#places = places;
    this.#mostWaiting = mostWaiting;
  }

  /** Whether the queue is full. */
  get isFull(): boolean {
    return this.#running >= this.#places &&
      this.#waiting.size >= this.#mostWaiting;
  }

  /** The number of waiting calls. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * The estimated wait of a new call, by recent durations. Running calls are
   * assumed to be half done.
   */
  get expectedWaitMs(): number {
    if (this.#running < this.#places) return 0;
    const workMs = this.#workMs(this.#waitingOf) +
      this.#workMs(this.#runningOf) / 2;
    return workMs / this.#places;
  }

  /**
   * Waits for a slot.
   *
   * @returns undefined when `signal` was aborted before there was one.
   */
  async enter(
    tool: string,
    signal: AbortSignal,
  ): Promise<QueuePlace | undefined> {
    const came = performance.now();
    if (signal.aborted) return undefined;
    if (this.#running < this.#places) this.#take(tool);
    else if (!await this.#wait(tool, signal)) return undefined;
    const began = performance.now();
    return {
      waitedMs: began - came,
      leave: () => {
        this.#running--;
        count(this.#runningOf, tool, -1);
        this.#durations.add(tool, performance.now() - began);
        const [next] = this.#waiting;
        next?.();
      },
    };
  }

  #take(tool: string): void {
    this.#running++;
    count(this.#runningOf, tool, 1);
  }

  /** An admitted call takes its slot before anyone else can. */
  #wait(tool: string, signal: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const leave = (hasPlace: boolean) => {
      this.#waiting.delete(enter);
      count(this.#waitingOf, tool, -1);
      signal.removeEventListener("abort", giveUp);
      if (hasPlace) this.#take(tool);
      resolve(hasPlace);
    };
    const enter = () => leave(true);
    const giveUp = () => leave(false);
    this.#waiting.add(enter);
    count(this.#waitingOf, tool, 1);
    signal.addEventListener("abort", giveUp, { once: true });
    return promise;
  }

  #workMs(calls: Counts): number {
    let workMs = 0;
    for (const [tool, count] of calls) {
      workMs += count * this.#durations.expectedMs(tool);
    }
    return workMs;
  }
}

function count(calls: Counts, tool: string, change: number): void {
  const now = (calls.get(tool) ?? 0) + change;
  if (now === 0) calls.delete(tool);
  else calls.set(tool, now);
}
