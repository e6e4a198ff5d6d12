/** Tells how long the event loop of this process was held up at once. */

/** The longest that nothing else could run. */
export interface LongestGap {
  /** Time that this thread worked without a pause, whatever else runs. */
  readonly workedMs: number;
  /** Time on the clock, with what other processes took. */
  readonly wallMs: number;
}

/** Watches with a timer that comes each millisecond. */
export class EventLoopWatch {
  #timer: ReturnType<typeof setInterval> | undefined;
  #worked = 0;
  #wall = 0;

  start(): void {
    let [cpu, now] = [cpuMs(), performance.now()];
    this.#worked = this.#wall = 0;
    this.#timer = setInterval(() => {
      const [nextCpu, next] = [cpuMs(), performance.now()];
      this.#worked = Math.max(this.#worked, nextCpu - cpu);
      this.#wall = Math.max(this.#wall, next - now);
      [cpu, now] = [nextCpu, next];
    }, 1);
  }

  async stop(): Promise<LongestGap> {
    // What ended last is seen by one more round.
    await new Promise((resolve) => setTimeout(resolve, 5));
    clearInterval(this.#timer);
    return { workedMs: this.#worked, wallMs: this.#wall };
  }
}

/** What the main thread has computed so far: the kernel's own count. */
function cpuMs(): number {
  return parseInt(Deno.readTextFileSync("/proc/self/schedstat")) / 1e6;
}
