/** A module that is large enough to be kept. */

import { ModuleBuilder } from "../../prepare/module_builder.ts";

/** Bytes of data that make it large. */
const BYTES = 300_000;

/**
 * Exports `answer`, which returns a number, `grow`, and `spin`, which does not
 * end.
 */
export function keptGuest(
  answer: number,
  bytes: number = BYTES,
): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const number = builder.type([], ["i32"]);
  const nothing = builder.type([]);
  return builder
    .memory(1)
    .table("funcref", 1, 10)
    .global("i32", "i32.const 7")
    .func(number, `i32.const ${answer}`)
    .func(nothing, "loop void br 0 end")
    .func(number, "i32.const 1 memory.grow 0")
    .func(nothing, "global.get 0 i32.const 1 i32.add global.set 0")
    .func(number, "ref.null funcref i32.const 1 table.grow 0")
    .export("answer", "function", 0)
    .export("spin", "function", 1)
    .export("grow", "function", 2)
    .start(3)
    .data(new Uint8Array(bytes))
    .build();
}
