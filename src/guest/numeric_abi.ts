/** The numeric call: little-endian numbers in, little-endian numbers out. */

import type { CallPlan } from "../contract/call_plan.ts";
import type { NumberKind } from "../contract/instance_plan.ts";
import { ExecutionFailed } from "../errors.ts";
import type { GuestInstance } from "./instance.ts";

/** The size of each type in bytes. */
const WIDTH: Readonly<Record<NumberKind, number>> = {
  i32: 4,
  i64: 8,
  f32: 4,
  f64: 8,
};

/** Calls an export; the host has already checked its type. */
export function callNumeric(
  guest: GuestInstance,
  { exportName = "", params = [], results = [] }: CallPlan,
  input: Uint8Array,
): Uint8Array {
  const answer = guest.function(exportName)(...decode(params, input));
  return encode(results, results.length > 1 ? answer : [answer]);
}

function decode(
  kinds: readonly NumberKind[],
  input: Uint8Array,
): (number | bigint)[] {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  let at = 0;
  return kinds.map((kind) => {
    const value = read(view, at, kind);
    at += WIDTH[kind];
    return value;
  });
}

function read(view: DataView, at: number, kind: NumberKind): number | bigint {
  switch (kind) {
    case "i32":
      return view.getInt32(at, true);
    case "i64":
      return view.getBigInt64(at, true);
    case "f32":
      return view.getFloat32(at, true);
    case "f64":
      return view.getFloat64(at, true);
  }
}

function encode(kinds: readonly NumberKind[], answer: unknown): Uint8Array {
  const values = answer as readonly (number | bigint)[];
  const bytes = kinds.reduce((sum, kind) => sum + WIDTH[kind], 0);
  const view = new DataView(new ArrayBuffer(bytes));
  let at = 0;
  kinds.forEach((kind, index) => {
    write(view, at, kind, values[index]!);
    at += WIDTH[kind];
  });
  return new Uint8Array(view.buffer);
}

function write(
  view: DataView,
  at: number,
  kind: NumberKind,
  value: number | bigint,
): void {
  if (typeof value === "bigint") return view.setBigInt64(at, value, true);
  switch (kind) {
    case "i32":
      return view.setInt32(at, value, true);
    case "f32":
      return view.setFloat32(at, value, true);
    case "f64":
      return view.setFloat64(at, value, true);
    case "i64":
      throw new ExecutionFailed("An i64 result is not a bigint");
  }
}
