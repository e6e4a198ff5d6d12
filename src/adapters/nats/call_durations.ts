/** Recent durations of each tool's calls. */

const MOST_KEPT = 9;
/** Minimum number of samples, as the first call also starts workers. */
const LEAST_KNOWN = 3;

/** The recent durations of each tool. */
export class CallDurations {
  readonly #last = new Map<string, number[]>();
  readonly #expected = new Map<string, number>();

  /** Records the duration of a call. */
  add(tool: string, ms: number): void {
    const last = this.#last.get(tool) ?? [];
    this.#last.set(tool, last);
    last.push(ms);
    if (last.length > MOST_KEPT) last.shift();
    if (last.length < LEAST_KNOWN) return;
    const sorted = last.toSorted((one, other) => one - other);
    this.#expected.set(tool, sorted[last.length >> 1]!);
  }

  /**
   * The expected duration of a call: the median; 0 if there are too few
   * samples.
   */
  expectedMs(tool: string): number {
    return this.#expected.get(tool) ?? 0;
  }
}
