/**
 * Loads, inspects and calls modules that are meant to keep the host busy, and
 * prints a line of JSON for each: what came of it, and how long the event loop
 * was held up at once.
 */

import {
  inspectModule,
  SandboxConfig,
  SandboxedTool,
  SandboxError,
  ToolSandbox,
} from "../../mod.ts";
import { EventLoopWatch, type LongestGap } from "./event_loop_watch.ts";
import { ARGUMENTS, hostileCases } from "./hostile_case.ts";
import {
  answering,
  carrying,
  LABORIOUS_KEPT,
  LABORIOUS_MODULES,
  printing,
} from "./laborious_modules.ts";

/** What is printed for each case. */
export interface HostThreadReport extends LongestGap {
  readonly name: string;
  /** An error's message, or what was answered. */
  readonly outcome: string;
  readonly tookMs: number;
}

const MIB = 1024 * 1024;
const LONG = 15 * MIB;

const config = SandboxConfig.builder()
  .maxMemoryBytes(128 * MIB)
  .maxOutputBytes(32 * MIB)
  .maxExecutionTime(1_000)
  .memoryDirectory("/scratch")
  .build();

/** The folder of the cache in the one that is granted. */
const KEPT = ".cortexai-sandbox-prepared";

type Bytes = Uint8Array<ArrayBuffer>;

async function load(bytes: Bytes): Promise<string> {
  await using sandbox = new ToolSandbox(config);
  const module = await sandbox.loadModule(bytes);
  return `${module.exports.length} exports`;
}

async function loadKept(bytes: Bytes): Promise<string> {
  const cacheDirectory = await Deno.makeTempDir();
  try {
    for (let i = 0; i < 2; i++) {
      await using sandbox = new ToolSandbox({ cacheDirectory });
      await sandbox.loadModule(bytes);
    }
    const kept = [...Deno.readDirSync(`${cacheDirectory}/${KEPT}`)].length;
    return `${kept} kept`;
  } finally {
    await Deno.remove(cacheDirectory, { recursive: true });
  }
}

async function inspect(bytes: Bytes): Promise<string> {
  const { exports, refusals } = await inspectModule(bytes);
  return `${exports.length} exports, refused: ${refusals}`;
}

async function call(bytes: Bytes): Promise<string> {
  await using tool = await SandboxedTool.load(bytes, config);
  const answer = await tool.execute(ARGUMENTS);
  return Array.isArray(answer) ? `${answer.length} values` : typeof answer;
}

async function run(bytes: Bytes): Promise<string> {
  await using sandbox = new ToolSandbox(config);
  const { stdout } = await sandbox.run(await sandbox.loadModule(bytes));
  return `${stdout.length} characters`;
}

/** What any module costs: the host's own thread makes each worker. */
export const HARMLESS = "call a harmless tool";

const list = { open: "[0", close: "]" };
const CALLED: Readonly<Record<string, () => Bytes>> = {
  "15 MiB of []": () => answering(",[]", LONG, list),
  "15 MiB of numbers": () => answering(",1e999", LONG, list),
  "15 MiB of one string": () =>
    answering("\\u0041", LONG, { open: '"', close: '"' }),
  "15 MiB of wide letters": () =>
    answering("中", LONG, { open: '"', close: '"' }),
  "15 MiB of members": () =>
    answering(',"__proto__":{"a":1}', LONG, { open: '{"b":0', close: "}" }),
  "15 MiB of deep values": () =>
    answering(`,${"[".repeat(400)}${"]".repeat(400)}`, LONG, list),
  "900,000 deep values": () =>
    answering(`,${"[".repeat(400)}${"]".repeat(400)}`, 1_800_000, list),
  "15 MiB of spaces": () => answering(" ", LONG, { close: "1" }),
  "15 MiB of digits": () => answering("9", LONG),
  "900,000 strings": () => answering(',"ab"', 4_500_000, list),
  "a schema of 15 MiB": () => answering(" ", LONG, {}, "schema"),
  "a schema of 200 KB": () => answering(",[]", 200_000, list, "schema"),
  "a section of 100 MB with a schema": () => carrying(100_000_000),
};

async function cases(): Promise<[name: string, act: () => Promise<string>][]> {
  const made = Object.entries(LABORIOUS_MODULES).flatMap(([name, make]) => {
    const bytes = make();
    return [
      [`load ${name}`, () => load(bytes)],
      [`inspect ${name}`, () => inspect(bytes)],
    ] as [string, () => Promise<string>][];
  });
  const called = Object.entries(CALLED).map(([name, make]) => {
    const bytes = make();
    return [`call ${name}`, () => call(bytes)] as [
      string,
      () => Promise<string>,
    ];
  });
  const program = printing(30 * MIB);
  const fixtures = await Promise.all(
    hostileCases("").map(async ({ name, wasm }) => {
      const bytes = await Deno.readFile(wasm);
      return [name, () => call(bytes)] as [string, () => Promise<string>];
    }),
  );
  const harmless = answering("1", 2);
  return [
    // The first call of all loads code that the later ones find.
    ["warm up", () => call(harmless)],
    [HARMLESS, () => call(harmless)],
    ...made,
    ...called,
    ["run 30 MiB of output", () => run(program)],
    ...fixtures,
  ];
}

async function report(
  name: string,
  act: () => Promise<string>,
): Promise<HostThreadReport> {
  const watch = new EventLoopWatch();
  const start = performance.now();
  let outcome: string;
  watch.start();
  try {
    outcome = await act();
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    outcome = `${error.kind}: ${error.message.slice(0, 200)}`;
  }
  const gap = await watch.stop();
  return { name, outcome, tookMs: performance.now() - start, ...gap };
}

/**
 * Modules that a cache has. They are made when all others were called: V8
 * clears memory that it takes again, all of it at once.
 */
function* keptCases(): Generator<[name: string, act: () => Promise<string>]> {
  for (const [name, make] of Object.entries(LABORIOUS_KEPT)) {
    const bytes = make();
    yield [`keep ${name}`, () => loadKept(bytes)];
  }
}

/** All of them, one after the other. */
async function* allCases() {
  yield* await cases();
  yield* keptCases();
}

if (import.meta.main) {
  const [only = ""] = Deno.args;
  for await (const [name, act] of allCases()) {
    if (!name.includes(only)) continue;
    // What making the modules has left behind is not what is measured.
    (globalThis as { gc?: () => void }).gc?.();
    console.log(JSON.stringify(await report(name, act)));
  }
}
