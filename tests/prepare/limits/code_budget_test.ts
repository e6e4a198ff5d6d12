import { assertEquals, assertThrows } from "@std/assert";
import { CompilationFailed } from "../../../src/errors.ts";
import { CodeBudget } from "../../../src/prepare/limits/code_budget.ts";
import { prepareModule } from "../../../src/prepare/prepare.ts";
import { ModuleBuilder } from "../module_builder.ts";

const MIB = 1024 * 1024;

Deno.test("CodeBudget refuses what is more than is left, and takes it back once", () => {
  const budget = new CodeBudget(10 * MIB);
  const giveBack = budget.take(6 * MIB);
  budget.take(4 * MIB);
  const error = assertThrows(() => budget.take(1), CompilationFailed);
  assertEquals(
    error.message,
    "Cannot load module: with it, the loaded modules of this process may " +
      "become 11 MiB of machine code, limit is 10 MiB; unload modules that " +
      "are not in use",
  );
  giveBack();
  giveBack();
  budget.take(6 * MIB);
  assertThrows(() => budget.take(1), CompilationFailed);
});

Deno.test("What a module may become only grows with its code", () => {
  const become = (bodies: readonly string[]) => {
    const module = new ModuleBuilder();
    const type = module.type([], []);
    for (const body of bodies) module.func(type, body);
    const options = { maxMemoryBytes: MIB, fuel: false };
    return prepareModule(module.build(), options).info.machineCodeBytes;
  };
  const bodies = [
    [""],
    ["call 0 call 0"],
    ["call 0 call 0 unreachable call 0"],
    ["call 0 call 0 unreachable call 0", ""],
  ];
  const sizes = bodies.map(become);
  assertEquals(sizes, sizes.toSorted((a, b) => a - b));
  assertEquals(new Set(sizes).size, sizes.length);
});
