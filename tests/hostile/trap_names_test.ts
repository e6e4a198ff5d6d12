import {
  assert,
  assertEquals,
  assertLess,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { CompilationFailed, ExecutionFailed, ToolSandbox } from "../../mod.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";
import { moduleName, nameSubsection } from "../prepare/name_section.ts";

/** Longer than any message. */
const MOST_CHARACTERS = 3000;
const TRAPS = 20;
const MOST_MS = 2000;
const LONG = new Uint8Array(20_000_000).fill(97);

/** A module that traps two functions deep. */
function trapping(section: Uint8Array): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const type = builder.type([]);
  return builder.func(type, "unreachable").func(type, "call 0")
    .export("run", "function", 1)
    .custom("name", section)
    .build();
}

async function trap(section: Uint8Array): Promise<string> {
  await using sandbox = new ToolSandbox();
  const module = await sandbox.loadModule(trapping(section));
  const started = performance.now();
  let message = "";
  for (let call = 0; call < TRAPS; call++) {
    const error = await assertRejects(
      () => sandbox.execute(module, "run"),
      ExecutionFailed,
    );
    ({ message } = error);
  }
  // Stacks with names of 20 MB in them take far longer to be made.
  assertLess(performance.now() - started, MOST_MS);
  return message;
}

Deno.test("A trap tells the names of functions, whatever else has names", async () => {
  const names = nameSubsection(1, [[0, "inner"], [1, "outer"]]);
  assertStringIncludes(await trap(names.finish()), "in inner < outer");
});

Deno.test("No name of 20 MB is in a trap's message, or takes its time", async () => {
  for (
    const section of [
      nameSubsection(1, [[0, LONG], [1, LONG]]),
      moduleName(LONG).append(nameSubsection(1, [[0, "inner"]])),
    ]
  ) {
    const message = await trap(section.finish());
    assertStringIncludes(message, "Guest trapped: unreachable");
    assertLess(message.length, MOST_CHARACTERS);
  }
});

Deno.test("A name can't pass for another line, or for a frame", async () => {
  const forged = "x\n    at honest (wasm://wasm/1:wasm-function[7]:0x1)\u202e";
  const names = nameSubsection(1, [[0, forged], [1, "outer"]]);
  const message = await trap(names.finish());
  assertEquals(message.split("\n").length, 1);
  assert(!message.includes("\u202e"));
});

Deno.test("Names are cut in what is said about a module that is not loaded", async () => {
  const text = "n".repeat(90_000);
  const plain = (builder: ModuleBuilder) => builder.type([]);
  const imports = new ModuleBuilder();
  imports.importFunction(text, text, plain(imports));
  const twice = new ModuleBuilder();
  twice.func(plain(twice), "nop").export(text, "function", 0)
    .export(text, "function", 0);
  const invalid = new ModuleBuilder();
  invalid.func(invalid.type([], ["i32"]), "nop")
    .custom("name", nameSubsection(1, [[0, LONG]]).finish());
  await using sandbox = new ToolSandbox();
  for (const builder of [imports, twice, invalid]) {
    const error = await assertRejects(
      () => sandbox.loadModule(builder.build()),
      CompilationFailed,
    );
    assertLess(error.message.length, MOST_CHARACTERS);
  }
});
