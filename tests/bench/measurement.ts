/** What a benchmark measures, and the numbers that sum samples up. */

/** One figure. */
export interface Measurement {
  readonly what: string;
  readonly value: number;
  /** What the value counts: `us`, `ms`, `MB/s`, `MiB`, or `x` for a ratio. */
  readonly unit: string;
  /** Where the value should be; left out for what is only good to know. */
  readonly aim?: { readonly atMost: number } | { readonly atLeast: number };
  /** What it was measured with, or why it could not be. */
  readonly note?: string;
}

/** How to measure. */
export interface BenchmarkOptions {
  /** How many runs a figure has, where it has several. */
  readonly runs?: number | undefined;
}

/** A benchmark: answers with one figure or more. */
export type Benchmark = (
  options: BenchmarkOptions,
) => Promise<readonly Measurement[]>;

/** Whether the aim is met; undefined where there is none. */
export function isMet({ aim, value }: Measurement): boolean | undefined {
  if (!aim) return undefined;
  return "atMost" in aim ? value <= aim.atMost : value >= aim.atLeast;
}

/** The figure of something that could not be measured here. */
export function skipped(what: string, why: string): Measurement {
  return { what, value: NaN, unit: "", note: `skipped: ${why}` };
}

/** The sample below which `share` of all samples lie. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const index = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
  return sorted[index] ?? NaN;
}

/** The sample in the middle. */
export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/** How many runs a figure has that is the worst of several. */
export const RUNS = 20;

/** The runs of a figure, for its note. */
export function overRuns(values: readonly number[], digits = 2): string {
  const [least, middle, most] = [0, 0.5, 1].map((share) =>
    quantile(values, share).toFixed(digits)
  );
  return `${values.length} runs: min ${least}, median ${middle}, max ${most}`;
}

/** The milliseconds that `run` takes. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/**
 * Times several ways of doing something in turns, so that whatever else the
 * machine is doing meets them all alike.
 *
 * @returns the milliseconds of each way's every run.
 */
export async function interleaved(
  rounds: number,
  runsPerRound: number,
  ...ways: readonly (() => Promise<unknown>)[]
): Promise<number[][]> {
  const samples = ways.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, way] of ways.entries()) {
      for (let run = 0; run < runsPerRound; run++) {
        samples[index]!.push(await timed(way));
      }
    }
  }
  return samples;
}
