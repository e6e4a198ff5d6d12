/** The names of the types that are numbers, by their codes. */

import { ValueCode } from "../wasm/value_type.ts";
import type { ValueKind } from "./module_info.ts";

/** The names of the types that are numbers, by their codes. */
export const NUMBER_KINDS: Readonly<
  Record<number, Exclude<ValueKind, "other">>
> = {
  [ValueCode.i32]: "i32",
  [ValueCode.i64]: "i64",
  [ValueCode.f32]: "f32",
  [ValueCode.f64]: "f64",
};
