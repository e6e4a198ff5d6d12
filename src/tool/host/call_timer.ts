/** One timer for many waits, one after the other: most end long before. */

/** Acts when a wait has lasted for too long. */
export class CallTimer {
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer fires. */
  #firesAt = Infinity;
  /** When the present wait is over, and what happens then. */
  #dueAt = Infinity;
  #act: () => void = () => {};

  /** Begins a wait. */
  begin(ms: number, act: () => void): void {
    this.#act = act;
    this.#dueAt = performance.now() + ms;
    if (this.#dueAt < this.#firesAt) this.#arm(ms);
  }

  /** Ends the wait. The timer stays for the next one. */
  end(): void {
    this.#dueAt = Infinity;
  }

  /** Lets go of the timer, which keeps the process alive. */
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
