/** A tool of 1 MiB that takes a while, made rather than committed. */

import { ModuleBuilder } from "../prepare/module_builder.ts";
import { SectionId } from "../../src/wasm/section.ts";
import { assemble } from "../../src/wasm/assembler.ts";
import { Writer } from "../../src/wasm/writer.ts";

const MIB = 2 ** 20;
const PAGE_BYTES = 65_536;
const SCHEMA = '{"name":"large","parameters":{"type":"object"}}';
const ANSWER = "null";
/** Iterations of a loop that does nothing: tens of milliseconds. */
const ITERATIONS = 20_000_000;

/** The module; its data is 1 MiB, and its memory one page more. */
export function largeTool(): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const schema = builder.type([], ["i32", "i32"]);
  const execute = builder.type(["i32", "i32"], ["i32", "i32"]);
  return builder
    .memory(MIB / PAGE_BYTES + 1)
    .func(schema, `i32.const 0 i32.const ${SCHEMA.length}`)
    .func(execute, waitAndAnswer(), ["i32"])
    .export("memory", "memory", 0)
    .export("__tool_schema", "function", 0)
    .export("__tool_execute", "function", 1)
    .raw(SectionId.data, activeData())
    .build();
}

function waitAndAnswer(): string {
  return `
    loop void
      local.get 2 i32.const 1 i32.add local.tee 2
      i32.const ${ITERATIONS} i32.lt_u
      br_if 0
    end
    i32.const ${SCHEMA.length} i32.const ${ANSWER.length}`;
}

function activeData(): Uint8Array {
  const data = new Uint8Array(MIB).fill(0x2e);
  data.set(new TextEncoder().encode(SCHEMA + ANSWER));
  const offset = [...assemble("i32.const 0"), 0x0b];
  return new Writer().u32(0).bytes(offset).u32(data.length).bytes(data)
    .finish();
}
