import { assert, assertStringIncludes } from "@std/assert";
import { inspectModule, type ModuleInspection } from "../../mod.ts";
import { inspectionText } from "../../src/cli/inspection_text.ts";

const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const ITEM = {
  kind: "function",
  params: ["i32", "i64"],
  results: ["f32"],
} as const;

async function text(changes: Partial<ModuleInspection>): Promise<string> {
  const inspection = await inspectModule(EMPTY_MODULE);
  return inspectionText("module.wasm", { ...inspection, ...changes });
}

Deno.test("inspectionText groups imports by the module they come from", async () => {
  const items = [{ ...ITEM, name: "launch" }];
  const shown = await text({
    imports: [{ module: "env", items, isProvided: false }],
    refusals: ["Nothing provides it"],
  });
  assertStringIncludes(
    shown,
    "imports from env, not provided\n  function launch (i32, i64) -> (f32)\n",
  );
  assertStringIncludes(shown, "refused\n  Nothing provides it\n");
});

Deno.test("inspectionText says which flag a large memory needs", async () => {
  const needs = {
    memoryBytes: 2 ** 27 + 1,
    wasi: true,
    network: true,
    hostFunctions: true,
    numericFunctions: ["square", "\u001b[2J"],
  };
  const shown = await text({ needs });
  assertStringIncludes(shown, "with --max-memory 129MiB or more");
  assertStringIncludes(shown, "WASI");
  assertStringIncludes(shown, "--allow-net");
  assertStringIncludes(shown, "the option functions\n");
  assertStringIncludes(
    shown,
    "the option numericFunctions\n    square\n    \\u001b[2J\n",
  );
  const small = await text({ needs: { ...needs, memoryBytes: 65_536 } });
  assert(!small.includes("--max-memory"));
});

Deno.test("inspectionText never sends a module's names as they are", async () => {
  const name = "\u001b[2J\u202e\n" + "x".repeat(500);
  const shown = await text({
    imports: [{ module: name, items: [{ ...ITEM, name }], isProvided: false }],
    exports: [{ ...ITEM, name }],
    customSections: [name],
    refusals: [`refused ${name}`],
  });
  assert(!/[\p{Cc}\u202e]/u.test(shown.replaceAll("\n", "")));
  assertStringIncludes(shown, "  \\u001b[2J\\u202e\\u000axxx");
  assert(shown.split("\n").every((line) => !line.startsWith("xxx")));
});

Deno.test("inspectionText counts what is too much to list", async () => {
  const exports = Array.from({ length: 250 }, (_, i) => ({
    ...ITEM,
    name: `f${i}`,
  }));
  const shown = await text({ exports });
  assertStringIncludes(shown, "function f99 ");
  assertStringIncludes(shown, "and 150 more");
  assert(!shown.includes("f100"));
});
