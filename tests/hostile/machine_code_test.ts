import {
  assert,
  assertEquals,
  assertLess,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  CompilationFailed,
  type SandboxedModule,
  ToolSandbox,
} from "../../mod.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";
import { Writer } from "../../src/wasm/writer.ts";

/** Seventy that stay loaded take 1.8 GiB, of those unloaded 1 GiB stays at most. */
const TOOLS = 70;
const MOST_MIB = 1400;
/** Functions of the most variables that one may have: 114 MiB of code. */
const FUNCTIONS = 200;
const LOCALS = 49_999;

/** A small module that may become much machine code; no two are alike. */
function greedy(index: number): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  const type = module.type([], ["i32"]);
  const I32 = 0x7f;
  const entry = new Writer().u32(1).u32(LOCALS).byte(I32)
    .bytes([0x41, 0, 0x0b]).finish();
  for (let i = 0; i < FUNCTIONS; i++) module.rawFunc(type, entry);
  module.func(type, `i32.const ${index}`);
  return module.export("run", "function", FUNCTIONS).build();
}

Deno.test("Tools that stay loaded are refused before V8 has no room for their code", async () => {
  await using sandbox = new ToolSandbox();
  await using other = new ToolSandbox();
  const loaded: SandboxedModule[] = [];
  const refused = await assertRejects(async () => {
    for (;;) loaded.push(await sandbox.loadModule(greedy(loaded.length)));
  }, CompilationFailed);
  assertStringIncludes(refused.message, "unload modules that are not in use");
  assert(loaded.length > 20);
  assertLess(loaded.length, 35);

  // What is loaded goes on. The same module is the same code, and a snapshot of
  // it holds that, whoever unloads the module.
  const [first] = loaded;
  await sandbox.execute(first!, "run");
  const shared = await other.loadModule(greedy(0));
  sandbox.unloadModule(first!);
  const snapshot = await other.snapshot(shared);
  other.unloadModule(shared);
  const more = () => other.loadModule(greedy(-1));
  await assertRejects(more, CompilationFailed);
  other.unloadModule(snapshot);
  await more();
});

Deno.test("Machine code of tools that were unloaded does not pile up", async () => {
  const program = new URL("./machine_code_process.ts", import.meta.url);
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", program.pathname, String(TOOLS), "unload"],
    stderr: "inherit",
  }).output();
  assertEquals(code, 0);
  const [first, last]: [number, number] = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  assert(first > 0);
  assertLess(last, MOST_MIB);
});

Deno.test("Loads that race, fail or end too late give their room back", async () => {
  // Each would take 114 MiB of the 3 GiB for good.
  for (let round = 0; round < 30; round++) {
    await using sandbox = new ToolSandbox();
    const late = new ToolSandbox();
    const twice = [greedy(round), greedy(round)]
      .map((bytes) => sandbox.loadModule(bytes));
    const tooLate = late.loadModule(greedy(round));
    const wrong = sandbox.loadModule(greedy(round), {
      integrity: `sha256-${"A".repeat(43)}=`,
    });
    await late.close();
    const outcomes = await Promise.allSettled([...twice, tooLate, wrong]);
    assertEquals(
      outcomes.map(({ status }) => status),
      ["fulfilled", "fulfilled", "rejected", "rejected"],
    );
  }
});
