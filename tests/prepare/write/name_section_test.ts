import { assertEquals } from "@std/assert";
import { NAME_SECTION } from "../../../src/prepare/write/name_section.ts";
import { prepareModule } from "../../../src/prepare/prepare.ts";
import { Writer } from "../../../src/wasm/writer.ts";
import { ModuleBuilder } from "../module_builder.ts";
import { moduleName, nameSubsection } from "../name_section.ts";

/** What is left of a name section of a module with two functions. */
function kept(section: Writer): Uint8Array {
  const builder = new ModuleBuilder();
  const type = builder.type([]);
  const bytes = builder.func(type, "nop").func(type, "nop")
    .custom(NAME_SECTION, section.finish())
    .build();
  const options = { maxMemoryBytes: 65_536, fuel: false };
  const { bytes: prepared } = prepareModule(bytes, options);
  const module = new WebAssembly.Module(prepared);
  const [first, ...rest] = WebAssembly.Module
    .customSections(module, NAME_SECTION);
  assertEquals(rest, []);
  return new Uint8Array(first!);
}

Deno.test("namesOfFunctions keeps the names of functions as they are", () => {
  const names = nameSubsection(1, [[0, "äöü::<T>"], [1, "b"]]);
  const others = new Writer().append(moduleName(new Uint8Array(3).fill(97)))
    .append(names)
    .append(nameSubsection(7, [[0, "global"]]));
  assertEquals(kept(others), names.finish());
  assertEquals(kept(names), names.finish());
});

Deno.test("namesOfFunctions cuts names, and no character in two", () => {
  const long = "a".repeat(255) + "ß".repeat(1000);
  const names = nameSubsection(1, [[0, long], [1, "a".repeat(300)]]);
  const cut = nameSubsection(1, [[0, long.slice(0, 255)], [
    1,
    "a".repeat(256),
  ]]);
  assertEquals(kept(names), cut.finish());
});

Deno.test("namesOfFunctions puts every name on one line", () => {
  const names = nameSubsection(1, [[0, "\na\u0000b\r"], [1, "\u001f"]]);
  const plain = nameSubsection(1, [[0, "?a?b?"], [1, "?"]]);
  assertEquals(kept(names), plain.finish());
});

Deno.test("namesOfFunctions drops names that it can't read, and the module stays", () => {
  const broken: Writer[] = [
    new Writer(),
    new Writer().byte(1),
    new Writer().byte(1).u32(100).byte(0),
    new Writer().byte(1).u32(1).u32(5),
    new Writer().byte(1).bytes([0xff, 0xff, 0xff, 0xff, 0x0f]),
    nameSubsection(1, [[0, "a"], [1, "b"], [2, "c"], [3, "d"]]),
    nameSubsection(2, [[0, "a"]]),
  ];
  for (const section of broken) assertEquals(kept(section).length, 0);
});
