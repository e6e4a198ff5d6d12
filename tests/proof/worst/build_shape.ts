/** Writes the module that a shape stands for. */

import { SectionId } from "../../../src/wasm/section.ts";
import { ValueCode } from "../../../src/wasm/value_type.ts";
import { Writer } from "../../../src/wasm/writer.ts";
import { ModuleBuilder, type ValueName } from "../../prepare/module_builder.ts";
import type { Shape } from "./shape.ts";
import { encodeUnit, type UnitContext, UNITS } from "./units.ts";

/** Copies of a unit that differ from each other, unless they are long. */
const VARIANTS = 64;
const LONG_TARGETS = 1000;

const BLOCK_CODES = { block: 0x02, loop: 0x03, if: 0x04, try: 0x06 } as const;

/** The module's bytes; nothing checks that they are valid. */
export function buildShape(shape: Shape): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  const nothing = module.type([]);
  const values = (count: number) => Array<ValueName>(count).fill("i32");
  const wide = module.type(values(shape.arity), values(shape.arity));
  const own = module.type(values(shape.params), values(shape.results));
  for (let i = 0; i < shape.types; i++) {
    module.type([...values(shape.arity - 1), i % 2 ? "i64" : "f32"], [
      ...Array.from(
        { length: 16 },
        (_, bit): ValueName => i >> bit & 1 ? "f64" : "i32",
      ),
    ]);
  }
  module.memory(1).memory(1, undefined, true).table("funcref", 8).tag(nothing);
  module.global("i32", "i32.const 1");
  const init = new Writer().byte(ValueCode.i32).byte(0).byte(0x41).byte(1);
  // i32.const 1 i32.add, as often as is asked for.
  for (let i = 1; i < shape.constOperators; i += 2) init.bytes([0x41, 1, 0x6a]);
  const global = init.byte(0x0b).finish();
  for (let i = 0; i < shape.constGlobals; i++) {
    module.raw(SectionId.global, global);
  }
  module.func(nothing, "").func(wide, locals(shape.arity));
  module.raw(SectionId.element, [3, 0, 2, 0, 1]);
  const body = buildBody(shape, wide);
  for (let i = 0; i < shape.functions; i++) {
    module.rawFunc(own, body);
    if (shape.exported) module.export(`f${i}`, "function", 2 + i);
  }
  addDriver(module, shape);
  return module.build();
}

/** Functions that the driver calls, the first of the module. */
const DRIVEN = 200;

/**
 * Adds the export `run`, which calls the module's functions as many times as
 * it is told.
 */
function addDriver(module: ModuleBuilder, shape: Shape): void {
  const { functions, params, results } = shape;
  const call = Array.from(
    { length: Math.min(functions, DRIVEN) },
    (_, i) =>
      `${"i32.const 0 ".repeat(params)} call ${2 + i} ${
        "drop ".repeat(results)
      }`,
  );
  module.func(
    module.type(["i32"]),
    `loop void
      ${call.join(" ")}
      local.get 0 i32.const -1 i32.add local.tee 0 br_if 0
    end`,
  ).export("run", "function", 2 + functions);
}

function locals(count: number): string {
  return Array.from({ length: count }, (_, i) => `local.get ${i}`).join(" ");
}

function buildBody(shape: Shape, wide: number): Uint8Array {
  const { params, results, operands, references, repeats } = shape;
  const out = new Writer();
  out.u32(2).u32(shape.locals).byte(ValueCode.i32);
  out.u32(references).byte(ValueCode.externref);
  const variables = params + shape.locals;
  const live = Math.min(shape.live, variables);
  for (let i = 0; i < live; i++) {
    out.bytes(encodeUnit(`global.get 0 i32.const ${i} i32.add local.set ${i}`));
  }
  const below = Math.max(operands, shape.arity);
  for (let i = 0; i < below; i++) out.byte(0x20).u32(i % variables);
  if (shape.dead) out.byte(0x02).byte(0x40).byte(0x00);
  const inside = shape.dead ? shape.arity : 0;
  for (let i = 0; i < inside; i++) out.byte(0x20).u32(i % variables);
  for (let i = 0; i < shape.nesting; i++) openBlock(out, shape, wide);
  const isWide = shape.nestWide && shape.nesting > 0;
  if (!isWide) { for (let i = 0; i < shape.arity; i++) out.byte(0x20).u32(0); }
  const count = shape.targets > LONG_TARGETS ? 1 : VARIANTS;
  const variants = shape.units.map((name) =>
    Array.from({ length: Math.min(count, repeats) }, (_, i) => {
      const context: UnitContext = {
        i,
        locals: variables,
        wide,
        depth: shape.nesting,
        targets: shape.targets,
      };
      return encodeUnit(UNITS[name]!(context));
    })
  );
  for (let i = 0; i < repeats; i++) {
    for (const variant of variants) out.bytes(variant[i % count]!);
  }
  if (!isWide) { for (let i = 0; i < shape.arity; i++) out.byte(0x1a); }
  for (let i = 0; i < shape.nesting; i++) closeBlock(out, shape);
  if (shape.dead) {
    for (let i = 0; i < inside; i++) out.byte(0x1a);
    out.byte(0x0b);
  }
  for (let i = 0; i < below; i++) out.byte(0x24).u32(0);
  for (let i = 0; i < live; i++) out.byte(0x20).u32(i).byte(0x24).u32(0);
  for (let i = 0; i < results; i++) out.byte(0x20).u32(i % variables);
  return out.byte(0x0b).finish();
}

function openBlock(out: Writer, shape: Shape, wide: number): void {
  const { nest, nestWide } = shape;
  if (nest === "if") out.byte(0x20).u32(0);
  const code = nest === "try_table" ? BLOCK_CODES.block : BLOCK_CODES[nest];
  out.byte(code);
  if (nestWide) out.signed(wide);
  else out.byte(0x40);
  if (nest !== "try_table") return;
  // The handler leads out of the block around it, without values.
  out.bytes([0x02, 0x40, 0x1f, 0x40, 0x01, 0x02, 0x00]);
}

function closeBlock(out: Writer, { nest }: Shape): void {
  if (nest === "if") out.byte(0x05);
  else if (nest === "try") out.byte(0x19).byte(0x00);
  else if (nest === "try_table") out.byte(0x0b).byte(0x0b);
  out.byte(0x0b);
}
