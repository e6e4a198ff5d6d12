/**
 * Runs each fixture named on the command line past its limits in this very
 * process, and prints a line of JSON about each: what came of it, how late, and
 * how busy the process was afterwards. It then ends without closing anything.
 */

import process from "node:process";
import {
  SandboxConfig,
  SandboxedTool,
  SandboxError,
  ToolSandbox,
} from "../../mod.ts";

/** What is printed for each fixture. */
export interface RunawayReport {
  readonly name: string;
  readonly kinds: string[];
  /** The slowest call's milliseconds beyond the limit. */
  readonly lateMs: number;
  readonly lostWorkers: number;
  /** CPU time over wall time in the second after the last stop. */
  readonly busy: number;
}

/** The time limit of every call here, in milliseconds. */
const LIMIT_MS = 250;
const CALLS = 3;
const WATCHED_MS = 1000;

async function run(name: string): Promise<RunawayReport> {
  const config = SandboxConfig.builder()
    .maxExecutionTime(LIMIT_MS)
    .maxWorkers(1)
    .build();
  const sandbox = new ToolSandbox(config);
  const wasm = new URL(`../../fixtures/hostile/${name}.wasm`, import.meta.url);
  const module = await sandbox.loadModule(wasm);
  const kinds: string[] = [];
  let lateMs = 0;
  for (let call = 0; call < CALLS; call++) {
    const start = performance.now();
    kinds.push(await misbehave(sandbox, module));
    lateMs = Math.max(lateMs, performance.now() - start - LIMIT_MS);
  }
  const busy = await busyness();
  return { name, kinds, lateMs, lostWorkers: sandbox.lostWorkers, busy };
}

async function misbehave(
  sandbox: ToolSandbox,
  module: Awaited<ReturnType<ToolSandbox["loadModule"]>>,
): Promise<string> {
  try {
    const tool = await SandboxedTool.create(sandbox, module);
    return `value ${JSON.stringify(await tool.execute({}))}`;
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    return error.kind;
  }
}

async function busyness(): Promise<number> {
  const before = process.cpuUsage();
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, WATCHED_MS));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / (performance.now() - start);
}

if (import.meta.main) {
  for (const name of Deno.args) console.log(JSON.stringify(await run(name)));
}
