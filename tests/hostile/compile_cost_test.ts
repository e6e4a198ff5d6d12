import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import type { Shape } from "../proof/worst/shape.ts";
import type { CompileReport } from "./compile_cost_process.ts";

const PROGRAM = new URL("./compile_cost_process.ts", import.meta.url).pathname;
/** Of the kernel's clock, in which it counts a process's CPU time. */
const TICK_MS = 10;
const STEP_MS = 100;
/** A process that took less in the last steps is idle. */
const IDLE_STEPS = 6;
const IDLE_MS = 30;
/** Longer than anything may be busy for. */
const WATCHED_MS = 40_000;
/** Generous: other programs run, too. */
const LATE_MS = 1500;
const BURN_MS = 8000;
/** Over that of the empty process with one worker. */
const GROWN_MIB = 320;

/** What was seen from outside. */
interface Seen {
  readonly report: CompileReport;
  /** The most memory that the process had. */
  readonly peakMiB: number;
  /** CPU time after the report. */
  readonly burnMs: number;
}

async function watch(shape: Partial<Shape>): Promise<Seen> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", PROGRAM, JSON.stringify(shape)],
    stdout: "piped",
  }).spawn();
  try {
    const reader = child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    let text = "";
    while (!text.endsWith("\n")) {
      const { value, done } = await reader.read();
      assert(!done, `The process ended by itself: ${JSON.stringify(shape)}`);
      text += value;
    }
    const burnMs = await burn(child.pid);
    const peakMiB = readPeak(child.pid);
    await reader.cancel();
    return { report: JSON.parse(text), peakMiB, burnMs };
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
}

/** CPU time until the process does nothing any more. */
async function burn(pid: number): Promise<number> {
  const start = cpuMs(pid);
  const seen = [start];
  while (seen.length * STEP_MS < WATCHED_MS) {
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    seen.push(cpuMs(pid));
    const before = seen.at(-1 - IDLE_STEPS);
    if (before !== undefined && seen.at(-1)! - before < IDLE_MS) break;
  }
  return seen.at(-1)! - start;
}

function cpuMs(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1]!
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function readPeak(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) / 1024;
}

/** Each as large as the limits let it be, or nearly. */
const ACCEPTED: Record<string, Partial<Shape>> = {
  "straight code": { units: ["store"], repeats: 50_000, locals: 20 },
  "branches with many variables": {
    units: ["ifSet"],
    repeats: 1500,
    locals: 1000,
  },
  "loops": { units: ["loopEmpty"], repeats: 3200 },
  "reads of a table": { units: ["tableGet"], repeats: 2700 },
  "calls with a thousand values": {
    units: ["callWide"],
    repeats: 55,
    arity: 1000,
  },
  "functions with many variables": {
    functions: 90_000,
    locals: 99,
    exported: false,
  },
};

Deno.test({
  name: "What V8 does for an accepted module is bounded, in time and in memory",
  ignore: Deno.build.os !== "linux",
  fn: async (t) => {
    const empty = await watch({});
    for (const [what, shape] of Object.entries(ACCEPTED)) {
      await t.step(what, async () => {
        const { report, peakMiB, burnMs } = await watch(shape);
        const seen = JSON.stringify({ report, peakMiB, burnMs });
        assertEquals(report.kind, "TimeoutExceeded", seen);
        assertLess(report.lateMs!, LATE_MS, seen);
        assertEquals(report.lostWorkers, 0, seen);
        assertLess(burnMs, BURN_MS, seen);
        assertLess(peakMiB - empty.peakMiB, GROWN_MIB, seen);
      });
    }
  },
});

/** Each of them once took V8 seconds, or the process with it. */
const REFUSED: Record<string, Partial<Shape>> = {
  "straight code of 2 MB": { units: ["store"], repeats: 290_000 },
  "reads of a table": { units: ["tableGet"], repeats: 40_000 },
  "blocks of a thousand values": {
    units: ["blockWide"],
    repeats: 300_000,
    arity: 1000,
  },
  "functions that are all variables": {
    functions: 100_000,
    locals: 49_999,
    exported: false,
  },
  "a constant expression without end": {
    constGlobals: 1,
    constOperators: 1_000_000,
  },
  "constant expressions without end": {
    constGlobals: 10_000,
    constOperators: 900,
  },
  "exports with long signatures": { functions: 40_000, params: 900 },
  "types of a thousand values": { types: 15_000, arity: 1000 },
};

Deno.test({
  name: "What V8 can't be asked to compile is refused, and costs nothing",
  ignore: Deno.build.os !== "linux",
  fn: async (t) => {
    for (const [what, shape] of Object.entries(REFUSED)) {
      await t.step(what, async () => {
        const { report, burnMs } = await watch(shape);
        assertMatch(report.refusal ?? "", /^Cannot \w+ module: .*\d/);
        assertEquals(report.lostWorkers, 0);
        assertLess(burnMs, 2000);
      });
    }
  },
});
