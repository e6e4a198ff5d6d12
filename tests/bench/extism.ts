/**
 * The same call with the JavaScript SDK of Extism, whose plug-in keeps its
 * instance from call to call and is held by no limit.
 */

import { type JsonValue, ToolSandbox } from "../../mod.ts";
import { argumentsOf, loadTool } from "./fixture.ts";
import {
  interleaved,
  type Measurement,
  median,
  skipped,
} from "./measurement.ts";

// Not a literal for `import`: only who runs the benchmark has to load it.
const SDK = "npm:@extism/extism@1.0.3";
const WHAT = "Extism's JavaScript SDK in a worker against tool.execute";
const ROUNDS = 40;
const CALLS_PER_ROUND = 50;

/** The part of the SDK that is used. */
interface ExtismSdk {
  createPlugin(
    manifest: { wasm: { data: Uint8Array }[] },
    options: { useWasi: boolean; runInWorker: boolean },
  ): Promise<Plugin>;
}

interface Plugin {
  call(name: string, input: string): Promise<{ text(): string } | null>;
  close(): Promise<void>;
}

/** Our call against one in Extism's worker, and one in its own thread. */
export async function againstExtism(): Promise<readonly Measurement[]> {
  let sdk: ExtismSdk;
  try {
    sdk = await import(SDK);
  } catch (error) {
    return [skipped(WHAT, String(error))];
  }
  const url = new URL("./extism_echo.wasm", import.meta.url);
  const manifest = { wasm: [{ data: await Deno.readFile(url) }] };
  const load = (runInWorker: boolean) =>
    sdk.createPlugin(manifest, { useWasi: false, runInWorker });
  const inWorker = await load(true);
  const inThread = await load(false);
  try {
    return await compare(inWorker, inThread);
  } finally {
    await inWorker.close();
    await inThread.close();
  }
}

async function compare(
  inWorker: Plugin,
  inThread: Plugin,
): Promise<Measurement[]> {
  await using sandbox = new ToolSandbox();
  const echo = await loadTool(sandbox, "tools/echo");
  const args = argumentsOf(100);
  const ways = [
    () => echo.execute(args),
    () => callPlugin(inWorker, args),
    () => callPlugin(inThread, args),
  ];
  await interleaved(ROUNDS, CALLS_PER_ROUND, ...ways);
  const [ours, worker, thread] =
    (await interleaved(ROUNDS, CALLS_PER_ROUND, ...ways)).map(median);
  return [
    {
      what: WHAT,
      value: worker! / ours!,
      unit: "x",
      aim: { atLeast: 15 },
      note: `100 bytes; ${micro(worker!)} us against ${micro(ours!)} us`,
    },
    {
      what: "Extism's JavaScript SDK in the host's own thread",
      value: thread! * 1000,
      unit: "us",
      note: "100 bytes; no isolation, no limits",
    },
  ];
}

async function callPlugin(plugin: Plugin, args: unknown): Promise<JsonValue> {
  const output = await plugin.call("echo", JSON.stringify(args));
  return JSON.parse(output?.text() ?? "");
}

function micro(ms: number): string {
  return (ms * 1000).toFixed(1);
}
