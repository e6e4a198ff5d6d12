/**
 * Tracks the largest costs: V8 optimizes as many functions at once as it has
 * threads.
 */

/** The maximum number of V8 threads on any machine. */
export const MOST_THREADS = 16;

/** Keeps the largest costs of a module's functions. */
export class LargestCosts {
  /** From the largest down. */
  readonly #costs: Float64Array;

  /** @param costs Where they are kept, {@linkcode MOST_THREADS} of them. */
  constructor(costs: Float64Array = new Float64Array(MOST_THREADS)) {
    this.#costs = costs;
  }

  /** Adds a function's cost. */
  add(cost: number): void {
    const costs = this.#costs;
    let place = MOST_THREADS - 1;
    if (cost <= costs[place]!) return;
    for (; place > 0 && costs[place - 1]! < cost; place--) {
      costs[place] = costs[place - 1]!;
    }
    costs[place] = cost;
  }

  /** The total of the largest costs. */
  sum(count: number): number {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += this.#costs[i]!;
    return sum;
  }
}
