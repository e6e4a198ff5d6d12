/**
 * A warm call beside a bare `postMessage` worker, on an idle machine and on
 * busy ones, which this makes itself. Every run counts: a figure is the worst
 * of its runs, and the note says where the others are.
 */

import { whileBusy } from "./busy.ts";
import { REPOSITORY } from "./fixture.ts";
import type { LatencyRun } from "./latency_run.ts";
import {
  type BenchmarkOptions,
  type Measurement,
  median,
  overRuns,
  RUNS,
} from "./measurement.ts";

/** What else happens on the machine. */
interface Condition {
  readonly name: string;
  /** How many other processes compute. */
  readonly computing: number;
  readonly isPinned?: boolean;
  readonly isAsleep?: boolean;
  /** The most that a median may be of the bare worker's. */
  readonly atMost: number;
}

const CONDITIONS: readonly Condition[] = [
  { name: "idle", computing: 0, atMost: 0.35 },
  { name: "one other process computes", computing: 1, atMost: 0.6 },
  { name: "two other processes compute", computing: 2, atMost: 0.6 },
  { name: "pinned to one core", computing: 0, isPinned: true, atMost: 0.6 },
  {
    name: "one computes, never spinning",
    computing: 1,
    isAsleep: true,
    atMost: 0.6,
  },
  { name: "idle, never spinning", computing: 0, isAsleep: true, atMost: 0.6 },
];

/** What the sleeping path may take on an idle machine, in microseconds. */
const ASLEEP_US = 45;

/** All conditions, one after the other. */
export async function latency(
  { runs = RUNS }: BenchmarkOptions,
): Promise<readonly Measurement[]> {
  const figures: Measurement[] = [];
  for (const condition of CONDITIONS) {
    figures.push(...await measured(condition, runs));
  }
  return figures;
}

async function measured(
  condition: Condition,
  count: number,
): Promise<readonly Measurement[]> {
  return await whileBusy(condition.computing, async () => {
    const runs: LatencyRun[] = [];
    for (let run = 0; run < count; run++) runs.push(await runOnce(condition));
    return figuresOf(condition, runs);
  });
}

function figuresOf(
  { name, atMost, computing, isAsleep }: Condition,
  runs: readonly LatencyRun[],
): readonly Measurement[] {
  const medians = runs.map((run) => run.median / run.bareMedian);
  const tails = runs.map((run) => run.p99 / run.bareP99);
  const bare = median(runs.map((run) => run.bareMedian));
  const figures: Measurement[] = [
    {
      what: `${name}: median against a bare worker, worst run`,
      value: Math.max(...medians),
      unit: "x",
      aim: { atMost },
      note: `bare ${bare.toFixed(0)} us; ${overRuns(medians)}`,
    },
    {
      what: `${name}: p99 against a bare worker, worst run`,
      value: Math.max(...tails),
      unit: "x",
      aim: { atMost: 1 },
      note: overRuns(tails),
    },
  ];
  if (!isAsleep || computing > 0) return figures;
  const own = runs.map((run) => run.median);
  const waking = median(runs.map((run) => run.wakingMedian));
  return [...figures, {
    what: `${name}: median of a call, worst run`,
    value: Math.max(...own),
    unit: "us",
    aim: { atMost: ASLEEP_US },
    note: `waking alone ${waking.toFixed(0)} us; ${overRuns(own, 0)}`,
  }];
}

async function runOnce(
  { isPinned, isAsleep }: Condition,
): Promise<LatencyRun> {
  const args = ["run", "-A", "tests/bench/latency_run.ts"];
  if (isAsleep) args.push("asleep");
  const [program, ...rest] = isPinned
    ? ["taskset", "--cpu-list", "0", Deno.execPath(), ...args]
    : [Deno.execPath(), ...args];
  const { success, stdout, stderr } = await new Deno.Command(program!, {
    args: rest,
    cwd: REPOSITORY,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(decoder.decode(stderr));
  return JSON.parse(decoder.decode(stdout));
}
