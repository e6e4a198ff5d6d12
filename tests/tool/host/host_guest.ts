/** Guests that call functions of the host, built here. */

import { SectionId } from "../../../src/wasm/section.ts";
import { assemble } from "../../../src/wasm/assembler.ts";
import { Writer } from "../../../src/wasm/writer.ts";
import { ModuleBuilder } from "../../prepare/module_builder.ts";

const NAME_AT = 16;
const SCHEMA_AT = 1024;
const ANSWER_AT = 1_310_720;
const PAGES = 400;

const SCHEMA = JSON.stringify({
  name: "relay",
  description: "Calls a function of the host.",
  parameters: { type: "object" },
});

/**
 * A tool that passes its arguments to one function of the host and answers what
 * that answers, or a text: the error number and what it says. Exports for numbers:
 *
 * - `status()`: calls it with `null`; what `call` returned.
 * - `times(n)`: calls it n times; how often it answered.
 * - `turns(n)`: the same without asking the host anything.
 * - `raw(name, name_len, args, args_len)`: what `call` returned for these.
 */
export function relay(name: string): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const four = builder.type(["i32", "i32", "i32", "i32"], ["i32"]);
  const two = builder.type(["i32", "i32"], ["i32"]);
  const none = builder.type([], ["i32"]);
  const one = builder.type(["i32"], ["i32"]);
  const schema = builder.type([], ["i64"]);
  const execute = builder.type(["i32", "i32"], ["i64"]);
  const bytes = new TextEncoder().encode(name);
  const called = `i32.const ${NAME_AT} i32.const ${bytes.length}`;
  builder.importFunction("cortex_host", "call", four)
    .importFunction("cortex_host", "read", two)
    .importFunction("cortex_host", "version", none)
    .importFunction("cortex_host", "error_text", two)
    .memory(PAGES)
    .func(schema, `i64.const ${pack(SCHEMA_AT, SCHEMA.length)}`)
    .func(
      execute,
      `${called} local.get 0 local.get 1 call 0 local.set 2
       local.get 2 i32.const 0 i32.lt_s
       if i64
         i32.const ${ANSWER_AT} i32.const 34 i32.store8 0 0 0
         i32.const ${ANSWER_AT} i32.const 48 local.get 2 i32.sub i32.store8 0 1 0
         i32.const ${ANSWER_AT + 2} i32.const 4096 call 3 local.set 2
         local.get 2 i32.const ${
        ANSWER_AT + 2
      } i32.add i32.const 34 i32.store8 0 0 0
         local.get 2 i32.const 3 i32.add i64.extend_i32_u
         i64.const ${pack(ANSWER_AT, 0)} i64.or
       else
         i32.const ${ANSWER_AT} local.get 2 call 1 i64.extend_i32_u
         i64.const ${pack(ANSWER_AT, 0)} i64.or
       end`,
      ["i32"],
    )
    .func(none, `${called} i32.const 0 i32.const 0 call 0`)
    .func(one, times(`${called} i32.const 0 i32.const 0 call 0`), ["i32"])
    .func(one, times("call 2"), ["i32"])
    .func(four, "local.get 0 local.get 1 local.get 2 local.get 3 call 0")
    .export("memory", "memory", 0);
  const names = [
    "__tool_schema",
    "__tool_execute",
    "status",
    "times",
    "turns",
    "raw",
  ];
  names.forEach((one, index) => builder.export(one, "function", 4 + index));
  data(builder, NAME_AT, bytes);
  data(builder, SCHEMA_AT, new TextEncoder().encode(SCHEMA));
  return builder.build();
}

/** Counts how often the code left a number of 0 or more. */
function times(code: string): string {
  return `block void loop void
    local.get 0 i32.eqz br_if 1
    local.get 0 i32.const 1 i32.sub local.set 0
    local.get 1 ${code} i32.const 0 i32.ge_s i32.add local.set 1
    br 0 end end
    local.get 1`;
}

/** Adds an active data segment. */
export function data(
  builder: ModuleBuilder,
  at: number,
  bytes: Uint8Array,
): void {
  const entry = new Writer().u32(0).bytes(assemble(`i32.const ${at}`))
    .byte(0x0b).u32(bytes.length).bytes(bytes);
  builder.raw(SectionId.data, entry.view());
}

function pack(at: number, length: number): bigint {
  return (BigInt(at) << 32n) | BigInt(length);
}

/** A module that passes two numbers to a function of numbers. */
export function numericRelay(
  type: "i32" | "i64" | "f32" | "f64",
): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const two = builder.type([type, type], [type]);
  return builder.importFunction("cortex_host_numeric", "combine", two)
    .func(two, "local.get 0 local.get 1 call 0")
    .export("combine", "function", 1)
    .build();
}
