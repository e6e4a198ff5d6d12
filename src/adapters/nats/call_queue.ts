/** Who runs next, and how long a call that comes now would wait. */

/** A place to run; given back when the call has ended. */
export interface QueuePlace {
  /** Milliseconds that the call waited for it. */
  readonly waitedMs: number;
  /** Gives it back. */
  leave(): void;
}

interface Waiting {
  readonly enter: () => void;
}

/** How much of an estimate a new duration makes. */
const NEWEST = 0.2;

/** Lets so many calls run at once, in the order in which they came. */
export class CallQueue {
  readonly #places: number;
  readonly #mostWaiting: number;
  readonly #estimates = new Map<string, number>();
  readonly #waiting = new Set<Waiting>();
  #waitingMs = 0;
  #running = 0;
  #runningMs = 0;

  constructor(places: number, mostWaiting: number) {
    this.#places = places;
    this.#mostWaiting = mostWaiting;
  }

  /** Whether no more may wait. */
  get isFull(): boolean {
    return this.#running >= this.#places &&
      this.#waiting.size >= this.#mostWaiting;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * How long a call that comes now would wait, by what calls took lately. Those
   * that run are half done, for all that one knows.
   */
  get expectedWaitMs(): number {
    if (this.#running < this.#places) return 0;
    return (this.#waitingMs + this.#runningMs / 2) / this.#places;
  }

  /**
   * Waits for a place.
   *
   * @returns undefined when `signal` was aborted before there was one.
   */
  async enter(
    tool: string,
    signal: AbortSignal,
  ): Promise<QueuePlace | undefined> {
    const estimateMs = this.#estimates.get(tool) ?? 0;
    const came = performance.now();
    if (signal.aborted) return undefined;
    if (this.#running < this.#places) this.#take(estimateMs);
    else if (!await this.#wait(estimateMs, signal)) return undefined;
    const began = performance.now();
    return {
      waitedMs: began - came,
      leave: () => {
        this.#running--;
        this.#runningMs -= estimateMs;
        this.#learn(tool, performance.now() - began);
        const [next] = this.#waiting;
        next?.enter();
      },
    };
  }

  #take(estimateMs: number): void {
    this.#running++;
    this.#runningMs += estimateMs;
  }

  /** Whoever is let in takes its place before anybody else can ask for it. */
  #wait(estimateMs: number, signal: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const leave = (hasPlace: boolean) => {
      this.#waiting.delete(one);
      this.#waitingMs -= estimateMs;
      signal.removeEventListener("abort", giveUp);
      if (hasPlace) this.#take(estimateMs);
      resolve(hasPlace);
    };
    const giveUp = () => leave(false);
    const one: Waiting = { enter: () => leave(true) };
    this.#waiting.add(one);
    this.#waitingMs += estimateMs;
    signal.addEventListener("abort", giveUp, { once: true });
    return promise;
  }

  #learn(tool: string, ms: number): void {
    const before = this.#estimates.get(tool) ?? ms;
    this.#estimates.set(tool, before + (ms - before) * NEWEST);
  }
}
