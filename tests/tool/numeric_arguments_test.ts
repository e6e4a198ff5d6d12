import { assert, assertEquals, assertRejects } from "@std/assert";
import { ExecutionFailed, type Numbers, ToolSandbox } from "../../mod.ts";
import { ModuleBuilder, type ValueName } from "../prepare/module_builder.ts";

/** A module whose `echo` answers its arguments as they are. */
function echo(...types: ValueName[]): Uint8Array {
  const builder = new ModuleBuilder();
  const type = builder.type(types, types);
  const code = types.map((_, index) => `local.get ${index}`).join(" ");
  return builder.func(type, code).export("echo", "function", 0).build();
}

Deno.test("ToolSandbox.execute passes numbers of every type, and gives them back", async () => {
  await using sandbox = new ToolSandbox();
  const module = await sandbox.loadModule(echo("i32", "i64", "f32", "f64"));
  const call = (numbers: Numbers) => sandbox.execute(module, "echo", numbers);
  assertEquals(await call([-1, 2n ** 63n - 1n, 1.5, 0.1]), [
    -1,
    2n ** 63n - 1n,
    1.5,
    0.1,
  ]);
  assertEquals(await call([2 ** 32 - 1, -5, Infinity, NaN]), [
    -1,
    -5n,
    Infinity,
    NaN,
  ]);
  assertEquals(await call([0, 2n ** 64n - 1n, -0, -0]), [0, -1n, -0, -0]);
});

Deno.test("ToolSandbox.execute refuses what is not a number of the type", async () => {
  await using sandbox = new ToolSandbox();
  const wrong: [ValueName, unknown][] = [
    ["i32", 1.5],
    ["i32", 2 ** 32],
    ["i32", -(2 ** 31) - 1],
    ["i32", 1n],
    ["i32", "1"],
    ["i32", undefined],
    ["i64", 1.5],
    ["i64", 2 ** 53],
    ["i64", 2n ** 64n],
    ["i64", -(2n ** 63n) - 1n],
    ["f32", 1n],
    ["f64", null],
  ];
  for (const [type, value] of wrong) {
    const module = await sandbox.loadModule(echo(type));
    await assertRejects(
      () => sandbox.execute(module, "echo", [value] as Numbers),
      TypeError,
      "argument 1 must be",
    );
  }
  const module = await sandbox.loadModule(echo("i32"));
  for (const numbers of [[], [1, 2]]) {
    await assertRejects(
      () => sandbox.execute(module, "echo", numbers),
      ExecutionFailed,
      "it takes 1 arguments",
    );
  }
});

Deno.test("ToolSandbox.call answers with a result, whatever the guest does", async () => {
  await using sandbox = new ToolSandbox({ maxExecutionTime: 300 });
  const builder = new ModuleBuilder();
  const type = builder.type(["i64"], ["i64"]);
  const bytes = builder
    .func(type, "local.get 0")
    .func(type, "loop void br 0 end unreachable")
    .export("same", "function", 0)
    .export("loop", "function", 1)
    .build();
  const module = await sandbox.loadModule(bytes);
  const good = await sandbox.call(module, "same", [7n]);
  assert(good.ok);
  assertEquals(good.value, [7n]);
  const late = await sandbox.call(module, "loop", [7n]);
  assert(!late.ok);
  assertEquals(late.error.kind, "TimeoutExceeded");
});
