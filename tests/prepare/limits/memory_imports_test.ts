import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { CompilationFailed } from "../../../src/errors.ts";
import { prepareModule } from "../../../src/prepare/prepare.ts";
import { ModuleBuilder } from "../module_builder.ts";

const OPTIONS = { maxMemoryBytes: 2 ** 24, fuel: false };
/** No maximum, and one page. */
const LIMITS = [0, 1];

function importing(...names: [module: string, name: string][]): Uint8Array {
  const builder = new ModuleBuilder();
  for (const [module, name] of names) {
    builder.importMemory(module, name, LIMITS);
  }
  return builder.build();
}

Deno.test("checkMemoryImports refuses two memories of one name", () => {
  const twice = importing(["env", "a"], ["env", "b"], ["env", "a"]);
  const error = assertThrows(
    () => prepareModule(twice, OPTIONS),
    CompilationFailed,
  );
  assertStringIncludes(error.message, '"a" of "env" twice');
});

Deno.test("checkMemoryImports lets memories of different names be", () => {
  const names: [string, string][] = [
    ["env", "a"],
    ["env", "\ufeffa"],
    ["env", "b"],
    ["env a", ""],
    ["env", "a,b"],
    ["other", "a"],
  ];
  const { info } = prepareModule(importing(...names), OPTIONS);
  assertEquals(info.memories.length, names.length);
});
