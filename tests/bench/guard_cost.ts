// deno-lint-ignore-file no-console
/**
 * What the injected checks cost: each kernel's time as a ratio to the same
 * kernel unguarded, in turns in one process so that noise cancels out.
 *
 *     deno run --allow-read tests/bench/guard_cost.ts
 */
import { runGuest } from "../prepare/guest_run.ts";

type Kernel = (n: number) => number;

const ROUNDS = 25;
const TARGET_MS = 12;
const FUEL = 2n ** 62n;

const source = new URL("../proof/kernels/kernels.wasm", import.meta.url);

function kernelsOf(exports: Record<string, unknown>): Map<string, Kernel> {
  const kernels = new Map<string, Kernel>();
  for (const [name, value] of Object.entries(exports)) {
    if (typeof value === "function") kernels.set(name, value as Kernel);
  }
  return kernels;
}

function fuelled(bytes: Uint8Array): Map<string, Kernel> {
  const { exports, info } = runGuest(bytes, {}, { fuel: true });
  const counter = exports[info.fuelExport!] as unknown as WebAssembly.Global;
  counter.value = -FUEL;
  return kernelsOf(exports);
}

function time(kernel: Kernel, n: number): number {
  const start = performance.now();
  kernel(n);
  return performance.now() - start;
}

/** Warms a kernel up, and finds how often to run it for the target time. */
function calibrate(kernel: Kernel): number {
  let n = 1;
  for (let i = 0; i < 12; i++) {
    const ms = time(kernel, n);
    if (ms < TARGET_MS / 2) n *= 2;
    else if (ms > TARGET_MS * 2) n = Math.max(1, n >> 1);
  }
  return n;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

/** The median over rounds of the ratio of each way to the first. */
function ratios(ways: readonly Kernel[]): number[] {
  const n = calibrate(ways[0]!);
  for (const way of ways) for (let i = 0; i < 12; i++) way(n);
  const rounds = Array.from({ length: ROUNDS }, () => {
    const times = ways.map((way) => time(way, n));
    return times.map((ms) => ms / times[0]!);
  });
  return ways.slice(1).map((_, i) => median(rounds.map((one) => one[i + 1]!)));
}

function geometricMean(values: number[]): number {
  return Math.exp(
    values.reduce((sum, value) => sum + Math.log(value), 0) / values.length,
  );
}

function summary(name: string, results: [string, number][]): string {
  const mean = geometricMean(results.map(([, ratio]) => ratio));
  const [worst, ratio] = results.toSorted((a, b) => b[1] - a[1])[0]!;
  return `${name}: geometric mean ${mean.toFixed(3)}, ` +
    `worst ${ratio.toFixed(2)} (${worst})`;
}

/** Runs every kernel three ways; prints a line each and the summaries. */
export function benchGuardCost(): void {
  const bytes = Deno.readFileSync(source);
  const bare = kernelsOf(
    new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports,
  );
  const guarded = kernelsOf(runGuest(bytes).exports);
  const counted = fuelled(bytes);
  const guard: [string, number][] = [];
  const fuel: [string, number][] = [];
  console.log("kernel             guard  guard+fuel");
  for (const [name, kernel] of bare) {
    const ways = [kernel, guarded.get(name)!, counted.get(name)!];
    const [one, both] = ratios(ways) as [number, number];
    guard.push([name, one]);
    fuel.push([name, both]);
    console.log(`${name.padEnd(18)} ${one.toFixed(3)}  ${both.toFixed(3)}`);
  }
  console.log(summary("guard", guard));
  console.log(summary("guard and fuel", fuel));
}

if (import.meta.main) benchGuardCost();
