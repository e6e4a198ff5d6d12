import { assertEquals, assertRejects } from "@std/assert";
import { CompilationFailed, inspectModule, ToolSandbox } from "../../mod.ts";
import { ModuleBuilder, type ValueName } from "../prepare/module_builder.ts";

const PREVIEW1 = "wasi_snapshot_preview1";

/** A program that writes "hi\n" with a function of this type. */
function writing(module: string, lengthType: ValueName): Uint8Array {
  const builder = new ModuleBuilder();
  const write = builder.type(["i32", "i32", lengthType, "i32"], ["i32"]);
  const one = lengthType === "f64"
    ? "i32.const 1 f64.convert_i32_s"
    : "i32.const 1";
  return builder.importFunction(module, "fd_write", write)
    .memory(1)
    .func(
      builder.type([]),
      "i32.const 0 i32.const 8 i32.store 0 0 2 " +
        "i32.const 4 i32.const 3 i32.store 0 0 2 " +
        "i32.const 8 i32.const 682344 i32.store 0 0 2 " +
        `i32.const 1 i32.const 0 ${one} i32.const 16 call 0 drop`,
    )
    .export("memory", "memory", 0)
    .export("_start", "function", 1)
    .build();
}

Deno.test("A WASI function of a wrong type is refused, in each snapshot", async () => {
  await using sandbox = new ToolSandbox();
  for (const module of [PREVIEW1, "wasi_unstable"]) {
    const good = await sandbox.loadModule(writing(module, "i32"));
    assertEquals((await sandbox.run(good)).stdout, "hi\n");
    await assertRejects(
      () => sandbox.loadModule(writing(module, "f64")),
      CompilationFailed,
      "as (i32, i32, f64, i32) -> (i32), not as (i32, i32, i32, i32) -> (i32)",
    );
  }
});

/** A program that keeps its memory as an import of this name. */
function importing(module: string, name: string): Uint8Array {
  const builder = new ModuleBuilder();
  const exit = builder.type(["i32"]);
  return builder.importFunction(PREVIEW1, "proc_exit", exit)
    .importMemory(module, name, [0, 1])
    .func(
      builder.type([]),
      "i32.const 8 i32.const 7 i32.store 0 0 2 i32.const 8 i32.load 0 0 2 call 0",
    )
    .export("memory", "memory", 0)
    .export("_start", "function", 1)
    .build();
}

Deno.test("A memory is imported under any name, a family's module too", async () => {
  await using sandbox = new ToolSandbox();
  const names = [
    ["env", "memory"],
    [PREVIEW1, "memory"],
    [PREVIEW1, "__proto__"],
    ["cortex_http", "memory"],
    ["__proto__", "constructor"],
    ["host_fs", "path"],
  ] as const;
  for (const [module, name] of names) {
    const bytes = importing(module, name);
    const loaded = await sandbox.loadModule(bytes);
    assertEquals((await sandbox.run(loaded)).exitCode, 7, `${module} ${name}`);
    assertEquals((await inspectModule(bytes)).refusals, []);
  }
});

Deno.test("A memory under the name of a function is refused at load", async () => {
  await using sandbox = new ToolSandbox();
  for (const name of ["proc_exit", "fd_write"]) {
    await assertRejects(
      () => sandbox.loadModule(importing(PREVIEW1, name)),
      CompilationFailed,
      "which is a function of WASI preview 1",
    );
  }
});

Deno.test("A component is told from a module, with what to do", async () => {
  const component = Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0);
  await using sandbox = new ToolSandbox();
  for (
    const read of [
      () => sandbox.loadModule(component),
      () => inspectModule(component),
    ]
  ) {
    const error = await assertRejects(read, CompilationFailed, "wasm32-wasip1");
    assertEquals(error.message.includes("component"), true);
  }
});
