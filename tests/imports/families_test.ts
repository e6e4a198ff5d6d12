import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { FUNCTIONS } from "../../src/imports/wasi/functions.ts";
import { WASI_PREVIEW1 } from "../../src/imports/wasi/family.ts";
import * as table from "../../src/imports/table.ts";
import { moduleGraph } from "../consumer/module_graph.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";
import type { HttpGuestEnd } from "../../src/channel/http_guest_end.ts";
import type { HostDoor } from "../../src/imports/host_door.ts";
import { Guest } from "./wasi/guest.ts";

const ROOT = new URL("../../", import.meta.url);

/** The sources, by path with a leading slash. */
function sources(folder: string): [string, Uint8Array][] {
  return [...Deno.readDirSync(new URL(`.${folder}`, ROOT))].flatMap(
    ({ name, isDirectory }): [string, Uint8Array][] =>
      isDirectory ? sources(`${folder}${name}/`) : [[
        `${folder}${name}`,
        Deno.readFileSync(new URL(`.${folder}${name}`, ROOT)),
      ]],
  );
}

/** What is evaluated at once where a module is imported. */
function evaluated(entry: string): Set<string> {
  const files = new Map([
    ["/mod.ts", Deno.readFileSync(new URL("mod.ts", ROOT))],
    ...sources("/src/"),
  ]);
  const graph = moduleGraph(files);
  const found = new Set<string>();
  const ahead = [entry];
  for (let path = ahead.pop(); path !== undefined; path = ahead.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    for (const one of graph[path]?.dependencies ?? []) {
      if (one.type !== "static" || one.kind.endsWith("Type")) continue;
      if (!one.specifier.startsWith(".")) continue;
      ahead.push(new URL(one.specifier, `file://${path}`).pathname);
    }
  }
  return found;
}

Deno.test("The host knows every family and loads what none of them does", () => {
  const declarations =
    /^\/src\/imports\/(families|table|import_family|\w+\/family)\.ts$/;
  const host = [...evaluated("/mod.ts")]
    .filter((path) => path.startsWith("/src/imports/"));
  assert(host.includes("/src/imports/wasi/family.ts"));
  assertEquals(host.filter((path) => !declarations.test(path)), []);
});

Deno.test("A guest's worker starts without any family", () => {
  const worker = [...evaluated("/src/guest/worker.ts")];
  assert(worker.includes("/src/guest/server.ts"));
  assertEquals(
    worker.filter((path) => /^\/src\/(imports|fs|config|prepare)\//.test(path)),
    [],
  );
});

Deno.test("Every function of the table is there, takes as many, and nothing else is", async () => {
  for (const family of Object.values(table)) {
    const provider = await family.load();
    using guest = new Guest();
    const { imports } = provider.open({
      stopPage: guest.stop,
      system: guest.wasi,
      // Nothing is asked of it before a guest calls.
      network: {} as HttpGuestEnd,
      host: {} as HostDoor,
      numericImports: [],
    });
    assertEquals(
      Object.keys(imports).sort(),
      [...family.functions.keys()].sort(),
      family.module,
    );
    assertEquals(Object.getPrototypeOf(imports), null, family.module);
  }
  for (const [name, text] of WASI_PREVIEW1.functions) {
    const params = text.slice(1, text.indexOf(")"));
    const count = params === "" ? 0 : params.split(", ").length;
    // Those that use none of their arguments may leave out the last ones.
    assert(FUNCTIONS[name]!.length <= count + 1, name);
  }
});

const FAMILY = `
import { functions, type ImportFamily } from "../import_family.ts";
export const DUMMY: ImportFamily = {
  module: "dummy",
  title: "dummy",
  needs: [],
  functions: functions({ twice: "(i32) -> (i32)" }),
  load: () => import("./provider.ts"),
};
`;

const PROVIDER = `
import type { OpenFamily } from "../open_family.ts";
export function open(): OpenFamily {
  const imports = Object.assign(Object.create(null), {
    twice: (value: number) => value * 2,
  });
  return { imports, attach: () => {} };
}
`;

const MAIN = `
import { inspectModule, ToolSandbox } from "./mod.ts";
await using sandbox = new ToolSandbox();
const module = await sandbox.loadModule("calls_twice.wasm");
const answer = await sandbox.execute(module, "call", Uint8Array.of(21, 0, 0, 0));
const { imports } = await inspectModule("calls_twice.wasm");
const refused = await sandbox.loadModule("wrong_type.wasm").catch(String);
console.log(JSON.stringify([answer[0], imports[0].isProvided, refused]));
`;

/** Passes a number on to the family's function, declared with this type. */
function calls(kind: "i32" | "f64"): Uint8Array {
  const builder = new ModuleBuilder();
  const type = builder.type([kind], ["i32"]);
  return builder.importFunction("dummy", "twice", type)
    .func(type, "local.get 0 call 0")
    .export("call", "function", 1)
    .build();
}

Deno.test("A family is one folder and one line", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const part of ["src", "tests/std", "mod.ts", "deno.json"]) {
      await copy(fromFileUrl(new URL(part, ROOT)), join(folder, part));
    }
    const imports = join(folder, "src", "imports");
    await Deno.mkdir(join(imports, "dummy"));
    await Deno.writeTextFile(join(imports, "dummy", "family.ts"), FAMILY);
    await Deno.writeTextFile(join(imports, "dummy", "provider.ts"), PROVIDER);
    await Deno.writeTextFile(
      join(imports, "table.ts"),
      'export { DUMMY } from "./dummy/family.ts";\n',
      { append: true },
    );
    await Deno.writeFile(join(folder, "calls_twice.wasm"), calls("i32"));
    await Deno.writeFile(join(folder, "wrong_type.wasm"), calls("f64"));
    await Deno.writeTextFile(join(folder, "main.ts"), MAIN);
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", "main.ts"],
      cwd: folder,
    }).output();
    const decoder = new TextDecoder();
    assertEquals(
      JSON.parse(decoder.decode(stdout) || decoder.decode(stderr)),
      [
        42,
        true,
        'CompilationFailed: Cannot load module: it imports function "dummy" "twice", as (f64) -> (i32), not as (i32) -> (i32)',
      ],
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function copy(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) {
    await copy(join(from, name), join(to, name));
  }
}
