/** What a warm call costs beside modules, workers and tools it does not use. */

import { SandboxedTool, ToolRegistry, ToolSandbox } from "../../mod.ts";
import { argumentsOf, fixture } from "./fixture.ts";
import {
  type BenchmarkOptions,
  interleaved,
  type Measurement,
  median,
  overRuns,
  RUNS,
} from "./measurement.ts";

/** Of one run. */
const ROUNDS = 10;
const CALLS_PER_ROUND = 50;
const MODULES = [10, 100, 1_000];
const WORKERS = [8, 64];
const TOOLS = 100;

/** A way to call the same tool, with something beside it. */
interface Setting extends AsyncDisposable {
  readonly name: string;
  call(): Promise<unknown>;
}

/** Each setting by turns with the plain one; a figure is that of all runs. */
export async function scale(
  { runs = RUNS }: BenchmarkOptions,
): Promise<readonly Measurement[]> {
  const figures: Measurement[] = [];
  for (const modules of MODULES) {
    figures.push(await compared(() => manyModules(modules), runs));
  }
  for (const workers of WORKERS) {
    figures.push(await compared(() => manyWorkers(workers), runs));
  }
  figures.push(await compared(manyTools, runs));
  return figures;
}

async function compared(
  make: () => Promise<Setting>,
  runs: number,
): Promise<Measurement> {
  await using plain = await manyModules(1);
  await using setting = await make();
  const ways = [() => plain.call(), () => setting.call()];
  await interleaved(4, 500, ...ways);
  const bases: number[] = [];
  const ratios: number[] = [];
  for (let run = 0; run < runs; run++) {
    const [base, much] = (await interleaved(ROUNDS, CALLS_PER_ROUND, ...ways))
      .map((samples) => median(samples) * 1000);
    bases.push(base!);
    ratios.push(much! / base!);
  }
  return {
    what: `warm call beside ${setting.name}, against one without`,
    value: median(ratios),
    unit: "x",
    aim: { atMost: 1.1 },
    note: `without ${median(bases).toFixed(1)} us; ${overRuns(ratios)}`,
  };
}

/** Each of the modules is called once, so that the worker knows it. */
async function manyModules(count: number): Promise<Setting> {
  const sandbox = new ToolSandbox({ maxWorkers: 1 });
  const tools: SandboxedTool[] = [];
  for (let number = 0; number < count; number++) {
    const module = await sandbox.loadModule(await echoNumbered(number));
    tools.push(await SandboxedTool.create(sandbox, module));
  }
  return setting(`${count} modules`, sandbox, tools[0]!);
}

async function manyWorkers(count: number): Promise<Setting> {
  const sandbox = new ToolSandbox({ maxWorkers: count });
  const module = await sandbox.loadModule(await echoNumbered(0));
  const tool = await SandboxedTool.create(sandbox, module);
  const args = argumentsOf(100);
  await Promise.all(Array.from({ length: count }, () => tool.execute(args)));
  return setting(`${count} workers`, sandbox, tool);
}

async function manyTools(): Promise<Setting> {
  const sandbox = new ToolSandbox({ maxWorkers: 1 });
  const registry = new ToolRegistry();
  const module = await sandbox.loadModule(await echoNumbered(0));
  const tool = await SandboxedTool.create(sandbox, module);
  for (let number = 0; number < TOOLS; number++) {
    registry.register({
      schema: () => ({ ...tool.schema(), name: `echo_${number}` }),
      execute: (args) => tool.execute(args),
    });
  }
  const args = argumentsOf(100);
  return {
    name: `${TOOLS} registered tools`,
    call: () => registry.execute("echo_0", args),
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}

function setting(
  name: string,
  sandbox: ToolSandbox,
  tool: SandboxedTool,
): Setting {
  const args = argumentsOf(100);
  return {
    name,
    call: () => tool.execute(args),
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}

/** The echo tool with a custom section, which makes it another module. */
async function echoNumbered(number: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await Deno.readFile(fixture("tools/echo"));
  const name = new TextEncoder().encode(`number ${number}`);
  const section = [0, name.length + 1, name.length, ...name];
  const numbered = new Uint8Array(bytes.length + section.length);
  numbered.set(bytes);
  numbered.set(section, bytes.length);
  return numbered;
}
