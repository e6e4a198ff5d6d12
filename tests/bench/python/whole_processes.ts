/** CPython from its start to its exit, against wasmtime. */

import { join } from "@std/path";
import { LARGE_MODULE, largeModule } from "../large_module.ts";
import {
  interleaved,
  type Measurement,
  median,
  skipped,
} from "../measurement.ts";
import { runDeno } from "../program.ts";

const WHAT = "CPython `print(1)` start to exit, `tool-runner.ts run` against";
const ROUNDS = 3;
const GUEST_ARGS = ["-c", "print(1)"];

/**
 * Takes `keep`, to compile a module and keep what comes out, `load`, to run
 * that, or `compile`, to run the module itself; then its path and arguments.
 */
const WASMTIME = `
import sys
from wasmtime import Engine, ExitTrap, Linker, Module, Store, WasiConfig
way, path, *args = sys.argv[1:]
engine = Engine()
if way == "load":
    module = Module.deserialize_file(engine, path + ".compiled")
else:
    module = Module.from_file(engine, path)
    if way == "keep":
        open(path + ".compiled", "wb").write(module.serialize())
        sys.exit()
linker = Linker(engine)
linker.define_wasi()
store = Store(engine)
wasi = WasiConfig()
wasi.argv = ["python.wasm", *args]
wasi.inherit_stdout()
wasi.inherit_stderr()
store.set_wasi(wasi)
try:
    linker.instantiate(store, module).exports(store)["_start"](store)
except ExitTrap as end:
    sys.exit(end.code)
`;

/**
 * Whole processes, each of which compiles the module again.
 *
 * @param python A Python of the host that has wasmtime's package.
 */
export async function wholeProcesses(
  python: string,
): Promise<readonly Measurement[]> {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "python.wasm");
    try {
      await Deno.writeFile(path, await largeModule());
      await wasmtime(python, "keep", path);
    } catch (error) {
      return [skipped(`${WHAT} wasmtime`, String(error).trim())];
    }
    return await compare(python, path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function compare(
  python: string,
  path: string,
): Promise<Measurement[]> {
  const runner = ["run", "-A", "tool-runner.ts", "run", path, ...GUEST_ARGS];
  const ways = [
    () => checked(runDeno(...runner)),
    () => checked(wasmtime(python, "compile", path, ...GUEST_ARGS)),
    () => checked(wasmtime(python, "load", path, ...GUEST_ARGS)),
  ];
  await interleaved(1, 1, ...ways);
  const [ours, compiling, loading] = (await interleaved(ROUNDS, 1, ...ways))
    .map(median);
  const against = (ms: number) =>
    `${LARGE_MODULE}, whole processes; ${ours!.toFixed(0)} ms against ${
      ms.toFixed(0)
    } ms`;
  return [
    {
      what: `${WHAT} wasmtime that compiles it`,
      value: ours! / compiling!,
      unit: "x",
      aim: { atMost: 1.5 },
      note: `${against(compiling!)} with wasmtime's Python package`,
    },
    {
      what: `${WHAT} wasmtime that kept it compiled`,
      value: ours! / loading!,
      unit: "x",
      note: `${against(loading!)}; ours compiles it each time`,
    },
  ];
}

/**
 * Runs Python with wasmtime's package.
 *
 * @throws {Error} when either is missing, with the last line that it said.
 */
async function wasmtime(
  python: string,
  ...args: readonly string[]
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(python, {
    args: ["-c", WASMTIME, ...args],
  }).output();
  const decoder = new TextDecoder();
  if (!success) {
    throw new Error(decoder.decode(stderr).trim().split("\n").at(-1));
  }
  return decoder.decode(stdout);
}

async function checked(printed: Promise<string>): Promise<void> {
  const text = await printed;
  if (text !== "1\n") throw new Error(`Python printed ${text}`);
}
