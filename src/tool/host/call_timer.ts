/**
 * One timer for many consecutive waits, most of which end long before it fires.
 */

/** Calls back when a wait lasts too long. */
export class CallTimer {
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer fires. */
  #firesAt = Infinity;
  /** The due time and callback of the current wait. */
  #dueAt = Infinity;
  #act: () => void = () => {};

  /** Begins a wait. */
  begin(ms: number, act: () => void): void {
    this.#act = act;
    this.#dueAt = performance.now() + ms;
    if (this.#dueAt < this.#firesAt) this.#arm(ms);
  }

  /** Ends the wait. The timer is kept for the next one. */
  end(): void {
    this.#dueAt = Infinity;
  }

  /** Clears the timer, which would keep the process alive. */
  close(): void {
    clearTimeout(this.#timer);
    this.#firesAt = Infinity;
    this.end();
  }

  #arm(ms: number): void {
    clearTimeout(this.#timer);
    this.#firesAt = performance.now() + ms;
    this.#timer = setTimeout(() => this.#fire(), ms);
  }

  #fire(): void {
    this.#firesAt = Infinity;
    const left = this.#dueAt - performance.now();
    // Timers fire up to a millisecond early.
    if (left <= 1) this.#act();
    else if (left < Infinity) this.#arm(left);
  }
}
