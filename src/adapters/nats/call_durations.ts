/** How long calls of each tool took lately. */

const MOST_KEPT = 9;
/** The first call of a tool starts workers: it says nothing of the next. */
const LEAST_KNOWN = 3;

/** The last durations of each tool. */
export class CallDurations {
  readonly #last = new Map<string, number[]>();
  readonly #expected = new Map<string, number>();

  /** Notes how long a call took. */
  add(tool: string, ms: number): void {
    const last = this.#last.get(tool) ?? [];
    this.#last.set(tool, last);
    last.push(ms);
    if (last.length > MOST_KEPT) last.shift();
    if (last.length < LEAST_KNOWN) return;
    const sorted = last.toSorted((one, other) => one - other);
    this.#expected.set(tool, sorted[last.length >> 1]!);
  }

  /** What a call takes, most likely: the median; 0 when little is known. */
  expectedMs(tool: string): number {
    return this.#expected.get(tool) ?? 0;
  }
}
