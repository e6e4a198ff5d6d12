/** How long a large module takes to load, against V8 alone. */

import { ToolSandbox } from "../../mod.ts";
import { LARGE_MODULE, largeModule } from "./large_module.ts";
import type { LoadReport } from "./load_process.ts";
import {
  type BenchmarkOptions,
  type Measurement,
  median,
  skipped,
  timed,
} from "./measurement.ts";
import { fixture } from "./fixture.ts";
import { runDeno } from "./program.ts";

const WHAT = "load of a 25 MB module against WebAssembly.compile";
const ROUNDS = 9;
const FIRST_ROUNDS = 5;
/** A custom section without a name, as long as its 32-bit number. */
const CUSTOM_SECTION = [0, 5, 0];

/** The load over the compilation of the same bytes, and what memory it takes. */
export async function loadLarge(
  { runs = ROUNDS }: BenchmarkOptions,
): Promise<readonly Measurement[]> {
  let module: Uint8Array<ArrayBuffer>;
  try {
    module = await largeModule();
  } catch (error) {
    return [skipped(WHAT, String(error))];
  }
  const folder = await Deno.makeTempDir();
  try {
    const files = await writeVariants(module, folder, runs);
    const cache = `${folder}/cache`;
    return [
      ...await times(module, files, cache),
      ...await firstTimes(module, files, cache),
      await peak(module, files[0]!),
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** By turns: another process has prepared what the cache is asked for. */
async function times(
  module: Uint8Array<ArrayBuffer>,
  files: readonly string[],
  cache: string,
): Promise<Measurement[]> {
  await load(cache, ...files);
  const [compiles, loads, kept]: [number[], number[], number[]] = [[], [], []];
  for (const [round, file] of files.entries()) {
    const forCompile = unseen(module, files.length + 2 * round);
    compiles.push(await timed(() => WebAssembly.compile(forCompile)));
    loads.push(await timeLoad(unseen(module, files.length + 2 * round + 1)));
    kept.push(await timeLoad(await Deno.readFile(file), cache));
  }
  const compile = median(compiles);
  const row = (what: string, load: number, atMost: number): Measurement => ({
    what,
    value: load / compile,
    unit: "x",
    aim: { atMost },
    note: `${described(module)}; ${load.toFixed(0)} ms against ${
      compile.toFixed(0)
    } ms`,
  });
  return [
    row(WHAT, median(loads), 2),
    row(`${WHAT}, prepared by another process`, median(kept), 1.3),
  ];
}

/** The first load of a process, which has to load our own code too. */
async function firstTimes(
  module: Uint8Array<ArrayBuffer>,
  files: readonly string[],
  cache: string,
): Promise<Measurement[]> {
  const [loads, kept]: [number[], number[]] = [[], []];
  for (const file of files.slice(0, FIRST_ROUNDS)) {
    loads.push((await load("-", file)).ms[0]!);
    kept.push((await load(cache, file)).ms[0]!);
  }
  const row = (what: string, all: readonly number[]): Measurement => ({
    what: `first load of a process, ${what}`,
    value: median(all),
    unit: "ms",
    note: described(module),
  });
  return [row("nothing kept", loads), row("prepared by another", kept)];
}

async function timeLoad(
  bytes: Uint8Array<ArrayBuffer>,
  cacheDirectory?: string,
): Promise<number> {
  await using sandbox = new ToolSandbox({ cacheDirectory });
  return await timed(() => sandbox.loadModule(bytes));
}

/** What the module adds to the peak of a process that loads a small one. */
async function peak(
  module: Uint8Array<ArrayBuffer>,
  file: string,
): Promise<Measurement> {
  const small = await load("-", fixture("tools/json_query").pathname);
  const large = await load("-", file);
  const bytes = large.peakBytes - small.peakBytes;
  return {
    what: "peak memory of that load, against the module's size",
    value: bytes / module.length,
    unit: "x",
    aim: { atMost: 3 },
    note: `${described(module)}; ${(bytes / 2 ** 20).toFixed(0)} MiB`,
  };
}

function described(module: Uint8Array): string {
  return `${LARGE_MODULE}, ${(module.length / 1e6).toFixed(1)} MB`;
}

async function load(...args: readonly string[]): Promise<LoadReport> {
  const program = "tests/bench/load_process.ts";
  return JSON.parse(await runDeno("run", "-A", program, ...args));
}

async function writeVariants(
  module: Uint8Array<ArrayBuffer>,
  folder: string,
  count: number,
): Promise<string[]> {
  const files = Array.from(
    { length: count },
    (_, i) => `${folder}/module${i}.wasm`,
  );
  for (const [i, file] of files.entries()) {
    await Deno.writeFile(file, unseen(module, i));
  }
  return files;
}

/** The module with a number at its end: V8 keeps what it has compiled. */
function unseen(
  module: Uint8Array<ArrayBuffer>,
  number: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(module.length + CUSTOM_SECTION.length + 4);
  bytes.set(module);
  bytes.set(CUSTOM_SECTION, module.length);
  new DataView(bytes.buffer).setUint32(bytes.length - 4, number);
  return bytes;
}
