import { assertStringIncludes, assertThrows } from "@std/assert";
import { CompilationFailed } from "../../../src/errors.ts";
import { rewriteModule } from "../../../src/prepare/prepare.ts";
import { MIB } from "../guest_run.ts";
import { ModuleBuilder } from "../module_builder.ts";

function refusal(module: ModuleBuilder): string {
  const options = { maxMemoryBytes: MIB, fuel: false };
  return assertThrows(
    () => rewriteModule(module.build(), options),
    CompilationFailed,
  ).message;
}

Deno.test("checkTag refuses exceptions that carry another", () => {
  const module = new ModuleBuilder();
  module.tag(module.type(["exnref"]));
  assertStringIncludes(refusal(module), "an exception that carries another");
});

Deno.test("checkTag refuses exceptions that carry many values", () => {
  const module = new ModuleBuilder();
  module.tag(module.type(Array(9).fill("i64")));
  assertStringIncludes(refusal(module), "carries 72 bytes, limit is 64");
});

Deno.test("checkTableElement refuses tables of exceptions", () => {
  const module = new ModuleBuilder().table("exnref", 10);
  assertStringIncludes(refusal(module), "a table of exceptions");
});

Deno.test("checkExceptionGlobals refuses many globals of exceptions", () => {
  const module = new ModuleBuilder();
  for (let i = 0; i < 1001; i++) module.global("exnref", "ref.null exnref");
  assertStringIncludes(refusal(module), "1001 globals hold exceptions");
});
