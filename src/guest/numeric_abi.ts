/**
 * The numeric call: little-endian i32 arguments in, little-endian results out.
 */

import type { NumberKind } from "../channel/messages.ts";
import { ExecutionFailed } from "../errors.ts";
import type { GuestInstance } from "./instance.ts";

/** Bytes of each result type. */
const WIDTH: Readonly<Record<NumberKind, number>> = {
  i32: 4,
  i64: 8,
  f32: 4,
  f64: 8,
};

/** Calls an export whose parameters were checked to be i32. */
export function callNumeric(
  guest: GuestInstance,
  name: string,
  input: Uint8Array,
  results: readonly NumberKind[],
): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const args: number[] = [];
  for (let at = 0; at < input.length; at += 4) {
    args.push(view.getInt32(at, true));
  }
  const answer = guest.function(name)(...args);
  return encode(results, results.length > 1 ? answer : [answer]);
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
      throw new ExecutionFailed("An i64 result is no bigint");
  }
}
