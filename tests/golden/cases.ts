import { prepareModule } from "../../src/prepare/prepare.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";
import { printBodies } from "./print_module.ts";

/** One injected sequence: a module that makes preparation inject it. */
interface GoldenCase {
  readonly name: string;
  readonly fuel: boolean;
  readonly module: ModuleBuilder;
}

/** A memory, a table, and one function with this code. */
function withCode(code: string): ModuleBuilder {
  const module = new ModuleBuilder();
  const type = module.type([]);
  return module.memory(1).table("externref", 4).tag(type)
    .func(type, code, ["i32"]);
}

const COUNT = "local.get 0 i32.const 1 i32.add local.tee 0";

/** Every sequence that preparation injects. */
export const GOLDEN_CASES: readonly GoldenCase[] = [
  { name: "entry", fuel: false, module: withCode("call 0") },
  { name: "leaf", fuel: false, module: withCode(`${COUNT} drop`) },
  { name: "loop", fuel: false, module: withCode("loop void br 0 end") },
  {
    name: "loop_counting",
    fuel: false,
    module: withCode(`loop void ${COUNT} br_if 0 end`),
  },
  {
    name: "loop_ending",
    fuel: false,
    module: withCode(
      "i32.const -64 local.set 0 loop void local.get 0 i32.const 2 i32.add local.tee 0 br_if 0 end",
    ),
  },
  {
    name: "loop_calling",
    fuel: false,
    module: withCode(`loop void call 0 ${COUNT} br_if 0 end`),
  },
  {
    name: "after_call",
    fuel: false,
    module: withCode(`call 0 ${`${COUNT} drop `.repeat(8)}`),
  },
  { name: "throw", fuel: false, module: withCode("throw 0") },
  {
    name: "memory_grow",
    fuel: false,
    module: withCode("i32.const 1 memory.grow 0 drop"),
  },
  {
    name: "table_grow",
    fuel: false,
    module: withCode("ref.null externref i32.const 1 table.grow 0 drop"),
  },
  {
    name: "memory_copy",
    fuel: false,
    module: withCode("i32.const 0 i32.const 1 i32.const 2 memory.copy 0 0"),
  },
  {
    name: "memory_fill",
    fuel: false,
    module: withCode("i32.const 0 i32.const 1 i32.const 2 memory.fill 0"),
  },
  {
    name: "memory_init",
    fuel: false,
    module: withCode("i32.const 0 i32.const 1 i32.const 2 memory.init 0 0")
      .data([1, 2, 3]),
  },
  { name: "fuel_leaf", fuel: true, module: withCode(`${COUNT} drop`) },
  {
    name: "fuel_call",
    fuel: true,
    module: withCode("i32.const 1 drop call 0"),
  },
  {
    name: "fuel_loop",
    fuel: true,
    module: withCode(`loop void ${COUNT} br_if 0 end`),
  },
  {
    name: "fuel_branches",
    fuel: true,
    module: withCode(
      `local.get 0 if void ${COUNT} drop else return end i32.const 3 drop`,
    ),
  },
  {
    name: "fuel_loop_with_call",
    fuel: true,
    module: withCode(`loop void call 0 ${COUNT} br_if 1 br 0 end`),
  },
  {
    name: "fuel_catch",
    fuel: true,
    module: withCode(
      `loop void try void call 0 catch 0 ${COUNT} drop end br 0 end`,
    ),
  },
  {
    name: "fuel_memory_fill",
    fuel: true,
    module: withCode("i32.const 0 i32.const 1 i32.const 2 memory.fill 0"),
  },
];

/** What the golden file of a case says. */
export function goldenText({ module, fuel }: GoldenCase): string {
  const before = module.build();
  const after = prepareModule(before, { maxMemoryBytes: 1 << 20, fuel });
  return `;; before\n${printBodies(before)}\n` +
    `;; after\n${printBodies(after.bytes)}`;
}

/** Where the golden file of a case lies. */
export function goldenFile({ name }: GoldenCase): URL {
  return new URL(`./${name}.txt`, import.meta.url);
}
