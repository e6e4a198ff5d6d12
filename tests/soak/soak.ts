// deno-lint-ignore-file no-console
/**
 * Many calls over many tools, some of them killed: no answer may be wrong, no
 * call lost, no worker lost, and memory must not grow.
 *
 *     deno run -A tests/soak/soak.ts [CALLS] [KILLS] [--report FILE.html]
 */

import { assertEquals } from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";
import { ToolSandbox } from "../../mod.ts";
import {
  type LoggedCall,
  loggedCall,
  reportPage,
} from "../../src/adapters/report/mod.ts";
import { Killer, type OnCall } from "./killer.ts";
import { loadExpectations, type ToolExpectation } from "./tool_expectation.ts";

/** How much to do. */
export interface SoakPlan {
  readonly calls: number;
  /** How many of the calls are killed. */
  readonly kills: number;
  /** How many calls run or wait at the same time. */
  readonly inFlight: number;
  /** Told of what came of each call. */
  readonly onCall?: OnCall;
}

/** What came of it. */
export interface SoakReport {
  readonly calls: number;
  readonly killed: number;
  /** The first wrong ends, each with what was called. */
  readonly wrong: readonly string[];
  readonly lostWorkers: number;
  /** Resident memory in the second tenth of the calls, in MiB. */
  readonly earlyMiB: number;
  /** Resident memory in the last tenth, in MiB. */
  readonly lateMiB: number;
  readonly seconds: number;
}

const SAMPLES = 200;
const MAX_WRONG = 10;
const MIB = 2 ** 20;

/** Runs the plan to its end. */
export async function soak(plan: SoakPlan): Promise<SoakReport> {
  const start = performance.now();
  await using sandbox = new ToolSandbox();
  await using killer = await Killer.start(
    sandbox,
    plan.onCall ?? (() => {}),
  );
  const tools = await loadExpectations(sandbox);
  const run = new SoakRun(plan, tools, killer);
  const lanes = Array.from({ length: plan.inFlight }, () => run.lane());
  await Promise.all(lanes);
  return {
    calls: run.ended,
    killed: run.killed,
    wrong: run.wrong,
    lostWorkers: sandbox.lostWorkers + killer.lostWorkers,
    earlyMiB: run.residentMiB(0.1, 0.2),
    lateMiB: run.residentMiB(0.9, 1),
    seconds: (performance.now() - start) / 1000,
  };
}

/** The state that all lanes share. */
class SoakRun {
  readonly #plan: SoakPlan;
  readonly #tools: readonly ToolExpectation[];
  readonly #killer: Killer;
  readonly #resident: number[] = [];
  readonly wrong: string[] = [];
  #begun = 0;
  ended = 0;
  killed = 0;

  constructor(
    plan: SoakPlan,
    tools: readonly ToolExpectation[],
    killer: Killer,
  ) {
    this.#plan = plan;
    this.#tools = tools;
    this.#killer = killer;
  }

  /** Makes one call after the other until all are made. */
  async lane(): Promise<void> {
    const { calls, kills } = this.#plan;
    while (this.#begun < calls) {
      const number = this.#begun++;
      const isKill = Math.floor((number + 1) * kills / calls) >
        Math.floor(number * kills / calls);
      try {
        await (isKill ? this.#kill() : this.#call(number));
      } catch (error) {
        this.#note(`call ${number}: ${error}`);
      }
      this.ended++;
      this.#sample();
    }
  }

  /** The median of the samples between two shares of all calls. */
  residentMiB(from: number, to: number): number {
    const { length } = this.#resident;
    const part = this.#resident.slice(length * from, length * to)
      .sort((a, b) => a - b);
    return (part[part.length >> 1] ?? NaN) / MIB;
  }

  async #call(number: number): Promise<void> {
    const { onCall = () => {} } = this.#plan;
    await this.#tools[number % this.#tools.length]!.check(onCall);
  }

  async #kill(): Promise<void> {
    assertEquals(await this.#killer.kill(this.killed++), "as expected");
  }

  #note(what: string): void {
    if (this.wrong.length < MAX_WRONG) this.wrong.push(what.slice(0, 500));
  }

  #sample(): void {
    const every = Math.max(1, Math.floor(this.#plan.calls / SAMPLES));
    if (this.ended % every === 0) {
      this.#resident.push(Deno.memoryUsage().rss);
    }
  }
}

if (import.meta.main) {
  const { _: counts, report: page } = parseArgs(Deno.args, {
    string: ["report"],
  });
  const [calls = 200_000, kills = calls / 100] = counts.map(Number);
  const logged: LoggedCall[] = [];
  const report = await soak({
    calls,
    kills,
    inFlight: 32,
    ...page && {
      onCall: (tool, result) => logged.push(loggedCall(tool, result)),
    },
  });
  if (page) {
    await Deno.writeTextFile(page, reportPage(logged, { title: "A soak" }));
  }
  console.log(JSON.stringify(report, null, 2));
  const { wrong, lostWorkers, earlyMiB, lateMiB } = report;
  const isGood = report.calls === calls && report.killed === kills &&
    wrong.length === 0 && lostWorkers === 0 && lateMiB < earlyMiB * 1.05;
  Deno.exit(isGood ? 0 : 1);
}
