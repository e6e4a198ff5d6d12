/**
 * Measures in processes of their own what a shape costs V8: with every
 * function compiled at once, by the baseline compiler in the one, by the
 * optimizing one in the other, and V8's own report about each function.
 */

import process from "node:process";
import { SandboxError } from "../../../src/errors.ts";
import { rewriteModule } from "../../../src/prepare/prepare.ts";
import { buildShape } from "./build_shape.ts";
import type { Shape } from "./shape.ts";

/** What a candidate cost. */
export interface Cost {
  /** Preparation and V8's validation of the original, for each megabyte. */
  readonly loadMsPerMb: number;
  /** The longest that one function takes the baseline compiler. */
  readonly pauseMs: number;
  /** The longest that one function takes the optimizing compiler. */
  readonly functionBurnMs: number;
  /** What it takes for all functions, for each megabyte of the module. */
  readonly moduleBurnMsPerMb: number;
  /** What the process grew by with all functions compiled, by either. */
  readonly memoryMiB: number;
}

/** A candidate's fate. */
export type Outcome =
  | { readonly kind: "accepted"; readonly bytes: number; readonly cost: Cost }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "invalid" }
  | { readonly kind: "died" };

/** A candidate that takes longer than this is stopped. */
const TIMEOUT_MS = 40_000;

const MIB = 1024 * 1024;
const OPTIONS = { maxMemoryBytes: 64 * MIB, fuel: false };
const EAGER = "--no-wasm-lazy-compilation";
const TRACE = "--trace-wasm-compilation-times";
const PROCESS = new URL("./measure_process.ts", import.meta.url).pathname;
const GREW = /^grew by (\d+) MiB in (\d+) μs/;
const TOOK = / using \w+, took (\d+) μs/;

/** Whether preparation takes it; else its message. */
export function refusal(bytes: Uint8Array<ArrayBuffer>): string | undefined {
  try {
    rewriteModule(bytes, OPTIONS);
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    return error.message;
  }
}

/** The compilers that a candidate is measured with; both take longer. */
export type Compilers = "baseline" | "optimizing" | "both";

const NONE: Compilation = { longestMs: 0, totalMs: 0, memoryMiB: 0 };

/**
 * Prepares a shape's module at the default limits, and measures it. What the
 * compiler that was left out would have cost is 0.
 */
export async function measure(
  shape: Shape,
  compilers: Compilers = "both",
): Promise<Outcome> {
  const bytes = buildShape(shape);
  const megabytes = Math.max(1, bytes.length / 1e6);
  const start = process.cpuUsage();
  let prepared: Uint8Array<ArrayBuffer>;
  try {
    prepared = rewriteModule(bytes, OPTIONS).bytes;
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    return { kind: "refused", message: error.message };
  }
  if (!WebAssembly.validate(bytes)) return { kind: "invalid" };
  const { user, system } = process.cpuUsage(start);
  const loadMs = (user + system) / 1000;
  const file = await Deno.makeTempFile({ suffix: ".wasm" });
  try {
    await Deno.writeFile(file, prepared);
    const baseline = compilers === "optimizing"
      ? NONE
      : await compile(file, "--no-wasm-tier-up");
    const optimizing = compilers === "baseline"
      ? NONE
      : await compile(file, "--no-liftoff");
    if (!baseline || !optimizing) return { kind: "died" };
    const cost: Cost = {
      loadMsPerMb: loadMs / megabytes,
      pauseMs: baseline.longestMs,
      functionBurnMs: optimizing.longestMs,
      moduleBurnMsPerMb: optimizing.totalMs / megabytes,
      memoryMiB: Math.max(baseline.memoryMiB, optimizing.memoryMiB),
    };
    return { kind: "accepted", bytes: bytes.length, cost };
  } finally {
    await Deno.remove(file);
  }
}

interface Compilation {
  readonly longestMs: number;
  readonly totalMs: number;
  readonly memoryMiB: number;
}

/** Undefined when the process did not end as it should. */
async function compile(
  file: string,
  flag: string,
): Promise<Compilation | undefined> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `--v8-flags=${TRACE},${EAGER},${flag}`, PROCESS, file],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, TIMEOUT_MS);
  let longest = 0;
  let total = 0;
  let memoryMiB = 0;
  let cpuUs = Infinity;
  const { success } = await child.output().then((output) => {
    for (const line of new TextDecoder().decode(output.stdout).split("\n")) {
      const took = Number(TOOK.exec(line)?.[1] ?? 0);
      longest = Math.max(longest, took);
      total += took;
      const grew = GREW.exec(line);
      if (!grew) continue;
      memoryMiB = Number(grew[1]);
      cpuUs = Number(grew[2]);
    }
    return output;
  });
  clearTimeout(timer);
  // What took too long has at least cost what V8 reported until then.
  if (!success && !isLate) return undefined;
  // V8 reports wall time, which on a busy machine is more than it worked.
  return {
    longestMs: Math.min(longest, cpuUs) / 1000,
    totalMs: Math.min(total, cpuUs) / 1000,
    memoryMiB,
  };
}
