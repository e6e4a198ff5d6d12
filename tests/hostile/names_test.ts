/** Names that look the same, or mean something to JavaScript, stay apart. */

import { assertEquals, assertRejects } from "@std/assert";
import {
  CompilationFailed,
  SandboxConfig,
  SandboxError,
  ToolSandbox,
} from "../../mod.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";
import { Programs } from "../tool/programs.ts";

const MARK = "\ufeff";
const NAMES = [
  "add",
  `${MARK}add`,
  `${MARK}${MARK}add`,
  `add${MARK}`,
  MARK,
  "",
  "__proto__",
  "constructor",
  "toString",
  "ａdd",
  "a\u0301dd",
  "\u00e1dd",
  "a\0dd",
];

function sandbox(): ToolSandbox {
  return new ToolSandbox(SandboxConfig.builder().maxWorkers(1).build());
}

Deno.test("Each export is called by its own name, whatever it looks like", async () => {
  await using box = sandbox();
  const builder = new ModuleBuilder();
  const type = builder.type([], ["i64"]);
  NAMES.forEach((name, index) =>
    builder.func(type, `i64.const ${index}`).export(name, "function", index)
  );
  const module = await box.loadModule(builder.build());
  for (const [index, name] of NAMES.entries()) {
    const answer = await box.execute(module, name);
    const value = new DataView(answer.buffer).getBigInt64(
      answer.byteOffset,
      true,
    );
    assertEquals(value, BigInt(index), JSON.stringify(name));
  }
});

Deno.test("An export is not found by a name that only looks like its own", async () => {
  for (const [name, other] of [["add", `${MARK}add`], [`${MARK}add`, "add"]]) {
    await using box = sandbox();
    const builder = new ModuleBuilder();
    const type = builder.type([], ["i32"]);
    builder.func(type, "i32.const 1").export(name!, "function", 0);
    const module = await box.loadModule(builder.build());
    await assertRejects(() => box.execute(module, other!), SandboxError);
  }
});

Deno.test("Two memories are never one: a module that imports one twice is refused", async () => {
  await using box = sandbox();
  const builder = new ModuleBuilder()
    .importMemory("env", "memory", [0, 64])
    .importMemory("env", "memory", [0, 64]);
  const type = builder.type(["i32", "i32", "i32"]);
  builder.func(type, "local.get 0 local.get 1 local.get 2 memory.copy 0 1");
  builder.export("copy", "function", 0);
  await assertRejects(
    () => box.loadModule(builder.build()),
    CompilationFailed,
    "twice",
  );
});

Deno.test("A byte order mark is part of what a program reads, is given and writes", async () => {
  await using programs = new Programs();
  const text = `${MARK}text${MARK}`;
  const seen: string[] = [];
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const { stdout } = await programs.run("wasi/cat", {
    stdin: text,
    onStdout: (piece) => void seen.push(decoder.decode(piece)),
  });
  assertEquals([stdout, seen.join("")], [text, text]);
  const environment = await programs.run("wasi/environment", {
    name: `${MARK}program`,
    args: [`${MARK}one`],
    env: { [`${MARK}KEY`]: `${MARK}value` },
  });
  for (const given of ["program", "one", "KEY=", "value"]) {
    const shown = environment.stdout.includes(`${MARK}${given}`);
    assertEquals(shown, true, `${given} in ${environment.stdout}`);
  }
});
