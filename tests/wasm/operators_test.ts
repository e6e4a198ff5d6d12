import { assert, assertEquals } from "@std/assert";
import { assemble } from "../../src/wasm/assembler.ts";
import {
  BULK_OPERATORS,
  CORE_OPERATORS,
  type OperatorTable,
  REFUSED_OPERATORS,
  Shape,
  VECTOR_OPERATORS,
} from "../../src/wasm/operators.ts";
import { Writer } from "../../src/wasm/writer.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";

/** V8's complaint about a function that starts with this opcode. */
function complaint(opcode: number[]): string {
  const module = new ModuleBuilder();
  // Whatever the immediates are, zeros will do, and then the body ends.
  const body = [0, ...opcode, ...Array(20).fill(0), 0x0b];
  module.rawFunc(module.type([]), body);
  try {
    new WebAssembly.Module(module.build());
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

function isKnownToV8(opcode: number[]): boolean {
  return !/invalid (simd |numeric )?opcode/i.test(complaint(opcode));
}

function agree(table: OperatorTable, prefix: number[], refused: number[]) {
  table.shape.forEach((shape, code) => {
    if (refused.includes(code)) return;
    const opcode = prefix.length === 0
      ? [code]
      : [...prefix, ...new Writer().u32(code).view()];
    const name = `${prefix.map((byte) => byte.toString(16))} ${code}`;
    assertEquals(shape !== Shape.Unknown, isKnownToV8(opcode), name);
  });
}

Deno.test("operator tables have the opcodes that V8 has", () => {
  const refused = Object.keys(REFUSED_OPERATORS).map(Number);
  // V8 knows some opcodes for its own tests and for proposals behind flags.
  agree(CORE_OPERATORS, [], [...refused, 0xfc, 0xfd]);
  agree(BULK_OPERATORS, [0xfc], []);
  agree(VECTOR_OPERATORS, [0xfd], []);
});

Deno.test("operator tables name no operator twice", () => {
  const names = [CORE_OPERATORS, BULK_OPERATORS, VECTOR_OPERATORS]
    .flatMap((table) => [...table.names])
    .filter((name) => name !== "" && name !== "prefix" && name !== "select");
  assertEquals(new Set(names).size, names.length);
});

Deno.test("operator tables let joints of control flow cost nothing", () => {
  const free = CORE_OPERATORS.names.filter((name, code) =>
    name !== "" && CORE_OPERATORS.fuel[code] === 0
  );
  assertEquals(free.toSorted(), [
    ...["block", "drop", "else", "end", "loop", "nop", "return"],
    "unreachable",
  ]);
});

Deno.test("operator tables never say that the stack stays lower than it is", () => {
  const effect = (name: string) =>
    CORE_OPERATORS.effect[CORE_OPERATORS.names.indexOf(name)];
  const expected: [string, number][] = [
    ["local.get", 1],
    ["i32.const", 1],
    ["i32.eqz", 0],
    ["i32.add", -1],
    ["f64.copysign", -1],
    ["i64.load32_u", 0],
    ["i64.store32", -2],
    ["select", -2],
    ["memory.grow", 0],
  ];
  for (const [name, by] of expected) assertEquals(effect(name), by, name);
});

Deno.test("assemble writes opcodes, prefixes and immediates", () => {
  const expected = [0x41, 0x7f, 0x20, 0x80, 0x01, 0xfd, 0xae, 0x01, 0x0b];
  assertEquals(
    assemble("i32.const -1 local.get 128 i32x4.add end"),
    Uint8Array.from(expected),
  );
  assert(assemble("i32.load 1 4 4").length === 4);
});
