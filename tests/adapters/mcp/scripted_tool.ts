/** Small tools that do what a test says: print lines, wait, answer. */

import type { JsonValue } from "../../../mod.ts";
import { assemble } from "../../../src/wasm/assembler.ts";
import { SectionId } from "../../../src/wasm/section.ts";
import { Writer } from "../../../src/wasm/writer.ts";
import { ModuleBuilder } from "../../prepare/module_builder.ts";

/** What a tool does before it answers. */
export type Step =
  | { readonly print: string; readonly to?: "stdout" | "stderr" }
  | { readonly waitMs: number }
  | "loop for ever";

/** What a tool says and does. */
export interface Script {
  readonly schema: { readonly [key: string]: JsonValue };
  readonly steps?: readonly Step[];
  /** What it answers; its arguments when left out. */
  readonly answer?: JsonValue;
}

const ENCODER = new TextEncoder();
/** Below it are the vector, the subscription and the results of calls. */
const FIRST_BYTE = 1024;
const FD = { stdout: 1, stderr: 2 } as const;

/** Makes the module of a tool. */
export function scriptedTool(
  { schema, steps = [], answer }: Script,
): Uint8Array<ArrayBuffer> {
  const data = new Data();
  const parameters = { type: "object" };
  const said = data.add(JSON.stringify({ parameters, ...schema }));
  const code = steps.map((step) => stepCode(step, data)).join("\n");
  const end = answer === undefined
    ? "local.get 0 i64.extend_i32_u i64.const 32 i64.shl local.get 1 i64.extend_i32_u i64.or"
    : packed(data.add(JSON.stringify(answer)));
  const builder = new ModuleBuilder();
  const write = builder.type(["i32", "i32", "i32", "i32"], ["i32"]);
  const [none, two] = [
    builder.type([], ["i64"]),
    builder.type(["i32", "i32"], ["i64"]),
  ];
  return builder
    .importFunction("wasi_snapshot_preview1", "fd_write", write)
    .importFunction("wasi_snapshot_preview1", "poll_oneoff", write)
    .memory(Math.ceil(data.end / 65_536) + 1)
    .func(none, packed(said))
    .func(two, `${code}\n${end}`)
    .export("memory", "memory", 0)
    .export("__tool_schema", "function", 2)
    .export("__tool_execute", "function", 3)
    .raw(SectionId.data, data.segment())
    .build();
}

/** Bytes that a module starts with. */
class Data {
  #bytes: number[] = [];

  get end(): number {
    return FIRST_BYTE + this.#bytes.length;
  }

  add(text: string): { at: number; length: number } {
    const bytes = ENCODER.encode(text);
    const at = this.end;
    for (const byte of bytes) this.#bytes.push(byte);
    return { at, length: bytes.length };
  }

  segment(): Uint8Array {
    const writer = new Writer().byte(0);
    writer.bytes(assemble(`i32.const ${FIRST_BYTE}`)).byte(0x0b);
    return writer.u32(this.#bytes.length).bytes(this.#bytes).finish();
  }
}

function packed({ at, length }: { at: number; length: number }): string {
  return `i64.const ${(BigInt(at) << 32n) | BigInt(length)}`;
}

function stepCode(step: Step, data: Data): string {
  if (step === "loop for ever") return "loop void br 0 end";
  if ("waitMs" in step) return waitCode(step.waitMs);
  const { at, length } = data.add(step.print);
  return `i32.const 0 i32.const ${at} i32.store 0 0 0
    i32.const 0 i32.const ${length} i32.store 0 4 0
    i32.const ${FD[step.to ?? "stderr"]} i32.const 0 i32.const 1
    i32.const 8 call 0 drop`;
}

/** One subscription to the monotonic clock, at 64. */
function waitCode(ms: number): string {
  return `i32.const 64 i32.const 1 i32.store 0 16 0
    i32.const 64 i64.const ${ms * 1e6} i64.store 0 24 0
    i32.const 64 i32.const 256 i32.const 1 i32.const 512 call 1 drop`;
}
