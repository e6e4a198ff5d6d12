import type { FuncType } from "../../../src/wasm/func_type.ts";
import { ValueCode } from "../../../src/wasm/value_type.ts";
import { ModuleBuilder, type ValueName } from "../../prepare/module_builder.ts";

/** A function that takes and gives bits: JavaScript can't pass all values. */
export type BitsFunction = (...halves: bigint[]) => bigint | bigint[];

const NAMES: Readonly<Record<number, ValueName>> = {
  [ValueCode.i32]: "i32",
  [ValueCode.i64]: "i64",
  [ValueCode.f32]: "f32",
  [ValueCode.f64]: "f64",
  [ValueCode.v128]: "v128",
};

/** How many i64 a value takes. */
export function halves(type: number): number {
  return type === ValueCode.v128 ? 2 : 1;
}

/** Whether all of a type's values are numbers or vectors. */
export function isPlain(type: FuncType): boolean {
  return [...type.params, ...type.results].every((one) => one in NAMES);
}

/** Wraps an exported function into one of bits, by a module made for it. */
export function bitsFunction(
  target: WebAssembly.ExportValue,
  type: FuncType,
): BitsFunction {
  const builder = new ModuleBuilder();
  const names = (codes: readonly number[]) => codes.map((code) => NAMES[code]!);
  const wide = (codes: readonly number[]): ValueName[] =>
    codes.flatMap((code) => Array(halves(code)).fill("i64"));
  const inner = builder.type(names(type.params), names(type.results));
  const outer = builder.type(wide(type.params), wide(type.results));
  builder.importFunction("", "f", inner);
  const first = wide(type.params).length;
  const code = [
    ...loads(type.params),
    "call 0",
    ...type.results.map((_, i) =>
      `local.set ${first + type.results.length - 1 - i}`
    ),
    ...type.results.map((code, i) => store(code, first + i)),
  ];
  builder.func(outer, code.join(" "), names(type.results));
  builder.export("f", "function", 1);
  const module = new WebAssembly.Module(builder.build());
  const instance = new WebAssembly.Instance(module, { "": { f: target } });
  return instance.exports.f as BitsFunction;
}

function loads(params: readonly number[]): string[] {
  let index = 0;
  return params.map((code) => {
    const low = `local.get ${index}`;
    const high = `local.get ${index + 1}`;
    index += halves(code);
    switch (code) {
      case ValueCode.i64:
        return low;
      case ValueCode.i32:
        return `${low} i32.wrap_i64`;
      case ValueCode.f32:
        return `${low} i32.wrap_i64 f32.reinterpret_i32`;
      case ValueCode.f64:
        return `${low} f64.reinterpret_i64`;
      default:
        return `${low} i64x2.splat ${high} i64x2.replace_lane 1`;
    }
  });
}

function store(code: number, index: number): string {
  const value = `local.get ${index}`;
  switch (code) {
    case ValueCode.i64:
      return value;
    case ValueCode.i32:
      return `${value} i64.extend_i32_u`;
    case ValueCode.f32:
      return `${value} i32.reinterpret_f32 i64.extend_i32_u`;
    case ValueCode.f64:
      return `${value} i64.reinterpret_f64`;
    default:
      return `${value} i64x2.extract_lane 0 ${value} i64x2.extract_lane 1`;
  }
}
