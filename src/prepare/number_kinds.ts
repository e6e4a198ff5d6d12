/** The names of the types that are numbers, by their codes. */

import { ValueCode } from "../wasm/value_type.ts";
import type { NumberKind } from "../contract/instance_plan.ts";

/** The names of the types that are numbers, by their codes. */
export const NUMBER_KINDS: Readonly<Record<number, NumberKind>> = {
  [ValueCode.i32]: "i32",
  [ValueCode.i64]: "i64",
  [ValueCode.f32]: "f32",
  [ValueCode.f64]: "f64",
};
