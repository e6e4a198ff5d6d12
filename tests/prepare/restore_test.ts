import { assert, assertEquals, assertRejects } from "@std/assert";
import { CompilationFailed } from "../../mod.ts";
import { compileModule } from "../../src/prepare/compile.ts";
import { rewriteModule } from "../../src/prepare/prepare.ts";
import { restoreModule } from "../../src/prepare/restore.ts";
import { keptGuest } from "../tool/prepared_cache/kept_guest.ts";
import { ModuleBuilder } from "./module_builder.ts";

const OPTIONS = [false, true]
  .map((fuel) => ({ maxMemoryBytes: 2 ** 24, fuel }));

function modules(): Record<string, Uint8Array<ArrayBuffer>> {
  const empty = new ModuleBuilder().build();
  const linked = new ModuleBuilder();
  const type = linked.type(["i32"], ["i32"]);
  linked.importFunction("env", "one", type)
    .importMemory("cortexai:sandbox", "stop", [0, 1])
    .memory(1)
    .func(type, "local.get 0 local.get 0 i32.const 0 i32.const 3 memory.fill 0")
    .export("cortexai:sandbox/start", "function", 0)
    .export("two", "memory", 1);
  const file = (path: string) =>
    Deno.readFileSync(new URL(`../../fixtures/${path}.wasm`, import.meta.url));
  return {
    empty,
    kept: keptGuest(5),
    statistics: file("wasi/statistics"),
    query: file("tools/json_query"),
    linked: linked.build(),
  };
}

Deno.test("restoreModule knows what preparing would find out", async () => {
  for (const [name, bytes] of Object.entries(modules())) {
    for (const options of OPTIONS) {
      const compiled = await compileModule(bytes, options);
      const restored = await restoreModule(
        bytes,
        rewriteModule(bytes, options),
        options,
      );
      assertEquals(restored?.info, compiled.info, name);
    }
  }
});

Deno.test("restoreModule takes no other module than the prepared one", async () => {
  const [plain, fuel] = OPTIONS as [typeof OPTIONS[0], typeof OPTIONS[0]];
  const bytes = keptGuest(5);
  const prepared = rewriteModule(bytes, plain);
  const { found } = prepared;
  const others = {
    original: bytes,
    "with fuel": rewriteModule(bytes, fuel).bytes,
    "of another module": rewriteModule(modules().query!, plain).bytes,
    "no module": new Uint8Array(1000),
    cut: prepared.bytes.slice(0, -1000),
    empty: new Uint8Array(),
  };
  for (const [name, other] of Object.entries(others)) {
    const kept = { bytes: other as Uint8Array<ArrayBuffer>, found };
    assertEquals(await restoreModule(bytes, kept, plain), undefined, name);
  }
  const lies = [
    { ...found, hasUsedExport: !found.hasUsedExport },
    { ...found, changes: { ...found.changes, drops: true } },
    { ...found, changes: { ...found.changes, writesTables: false } },
  ];
  for (const lie of lies) {
    const kept = { bytes: prepared.bytes, found: lie };
    assertEquals(await restoreModule(bytes, kept, plain), undefined);
  }
  assert(await restoreModule(bytes, prepared, plain));
});

Deno.test("restoreModule refuses an original that preparing refuses", async () => {
  const [options] = OPTIONS as [typeof OPTIONS[0]];
  const prepared = rewriteModule(keptGuest(5), options);
  await assertRejects(
    () => restoreModule(new Uint8Array(9), prepared, options),
    CompilationFailed,
  );
});
