import { assert, assertEquals } from "@std/assert";
import { type CycleKinds, importCycles, importsOf } from "./import_cycles.ts";

const ROOT = new URL("../../", import.meta.url);

/**
 * Files that must know each other's types, one of each knot, and why. A knot
 * that is not here is to be untied, or to be added with its reason.
 */
const KNOTS: Readonly<Record<string, string>> = {
  "/src/config/sandbox_config.ts": "a configuration and its builder",
  "/src/guest/call_system.ts": "a call and what it runs with",
  "/src/host/background_worker.ts": "lists the workers that others start",
  "/src/imports/wasi/wasi_context.ts": "the context and what it counts",
  "/src/prepare/read/parsed_module.ts": "a module and its sections",
  "/src/schema/schema_node.ts": "schemas are in schemas",
  "/src/tool/changes/changes.ts": "changes and their summary",
  "/src/tool/preparing/module_compiler.ts": "loads either way of its work",
};

async function cycles(kinds: CycleKinds): Promise<readonly string[][]> {
  const files = new Map<string, Uint8Array>();
  for (const entry of ["mod.ts", "tool-runner.ts"]) {
    files.set(`/${entry}`, await Deno.readFile(new URL(entry, ROOT)));
  }
  await collect("src/", files);
  assert(files.size > 300, "the walk has missed most of the package");
  return importCycles(importsOf(files, kinds));
}

async function collect(
  folder: string,
  files: Map<string, Uint8Array>,
): Promise<void> {
  for await (
    const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))
  ) {
    const path = `${folder}${name}`;
    if (isDirectory) await collect(`${path}/`, files);
    else if (name.endsWith(".ts")) {
      files.set(`/${path}`, await Deno.readFile(new URL(path, ROOT)));
    }
  }
}

Deno.test("No module imports itself by value, however long the way", async () => {
  assertEquals(await cycles({ types: false }), []);
});

Deno.test("Modules that know each other's types are those that must", async () => {
  const found = await cycles({ types: true });
  const roots = found.map((knot) =>
    knot.find((file) => Object.hasOwn(KNOTS, file)) ?? knot.join(" and ")
  );
  assertEquals(roots.sort(), Object.keys(KNOTS).sort());
});

Deno.test("importCycles finds every knot, and no way that only leads in or out", () => {
  const files = {
    "/mod.ts": 'export { a } from "./a.ts";',
    "/a.ts": 'import { b } from "./b.ts";\nimport { out } from "./out.ts";',
    "/b.ts": 'import type { C } from "./c.ts";\nawait import("./a.ts");',
    "/c.ts": 'import {\n  type A,\n  b,\n} from "./b.ts";',
    "/out.ts": 'import { out } from "./out.ts";',
    "/alone.ts": 'import "npm:a";',
  };
  const bytes = new Map(
    Object.entries(files).map(([path, text]) =>
      [path, new TextEncoder().encode(text)] as const
    ),
  );
  assertEquals(importCycles(importsOf(bytes, { types: false })), [
    ["/a.ts", "/b.ts"],
    ["/out.ts"],
  ]);
  assertEquals(importCycles(importsOf(bytes, { types: true })), [
    ["/a.ts", "/b.ts", "/c.ts"],
    ["/out.ts"],
  ]);
});
