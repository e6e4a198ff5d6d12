import { assertEquals, assertStringIncludes } from "@std/assert";
import plugin, { MAY_IMPORT, violation } from "./layer_rule.ts";

const ROOT = "/project/";

Deno.test("violation allows a layer's own files and the listed layers", () => {
  const from = "/project/src/host/pool/worker_pool.ts";
  assertEquals(violation(ROOT, from, "./watchdog.ts"), undefined);
  assertEquals(violation(ROOT, from, "../channel/layout.ts"), undefined);
  assertEquals(violation(ROOT, from, "@std/path"), undefined);
  const check = "/project/src/tool/check_imports.ts";
  const family = "../imports/wasi/family.ts";
  assertEquals(violation(ROOT, check, family), undefined);
});

Deno.test("violation refuses what is not listed", () => {
  const refused = [
    ["/project/src/guest/worker.ts", "../config/sandbox_config.ts"],
    ["/project/src/wasm/reader.ts", "../prepare/prepare.ts"],
    ["/project/src/cli/call.ts", "../tool/tool.ts"],
    ["/project/src/imports/wasi/wasi.ts", "../../guest/instance.ts"],
    ["/project/src/tool/check_imports.ts", "../imports/wasi/wasi.ts"],
    ["/project/src/tool/check_imports.ts", "../imports/wasi/deep/family.ts"],
    ["/project/mod.ts", "./src/host/pool/worker_pool.ts"],
    ["/project/mod.ts", "./tests/lint/layer_rule.ts"],
  ] as const;
  for (const [importer, specifier] of refused) {
    const message = violation(ROOT, importer, specifier);
    assertStringIncludes(message ?? "nothing", "may not import");
  }
});

Deno.test("layers/imports reports imports, exports and dynamic imports", () => {
  const root = new URL("../../", import.meta.url).pathname;
  const source = [
    'import "../host/worker_pool.ts";',
    'export * from "../host/worker_pool.ts";',
    'export { WorkerPool } from "../host/worker_pool.ts";',
    'await import("../host/worker_pool.ts");',
    'import "../errors.ts";',
  ].join("\n");
  const found = Deno.lint.runPlugin(plugin, `${root}src/config/x.ts`, source);
  assertEquals(found.length, 4);
});

Deno.test("MAY_IMPORT is what the design tells of the layers", async () => {
  const design = await Deno.readTextFile(
    new URL("../../src/README.md", import.meta.url),
  );
  const rows = design.matchAll(/^\| `(\w+)` +\|[^|]+\| (.+?) +\|$/gm);
  const told = [...rows].map(([, layer, list]) =>
    [layer, list === "-" ? [] : list!.split(", ")] as const
  );
  assertEquals(Object.fromEntries(told), { ...MAY_IMPORT });
});
