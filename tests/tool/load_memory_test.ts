/** What loading a large module takes, seen from outside. */

import { assert } from "@std/assert";
import { assemble } from "../../src/wasm/assembler.ts";
import type { LoadReport } from "../bench/load_process.ts";
import { runDeno } from "../bench/program.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";

const FUNCTIONS = 40_000;
/** Without debugging sections, which are dropped, there is more to keep. */
const MOST = 5;

/** A module that is nothing but code. */
function allCode(functions: number): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const type = builder.type(["i32"]);
  const code = assemble(
    "local.get 0 i32.const 1 i32.add local.set 0 ".repeat(85),
  );
  for (let i = 0; i < functions; i++) {
    builder.rawFunc(type, [0, ...code, 0x0b]);
  }
  return builder.build();
}

async function peakBytes(path: string): Promise<number> {
  const program = "tests/bench/load_process.ts";
  const report = await runDeno("run", "-A", program, "-", path);
  return (JSON.parse(report) as LoadReport).peakBytes;
}

Deno.test({
  name: "Loading a module of 20 MB takes a few times its size",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const [small, large] = [Deno.makeTempFileSync(), Deno.makeTempFileSync()];
    try {
      Deno.writeFileSync(small, allCode(100));
      const bytes = allCode(FUNCTIONS);
      Deno.writeFileSync(large, bytes);
      const extra = await peakBytes(large) - await peakBytes(small);
      const times = extra / bytes.length;
      assert(times < MOST, `${times.toFixed(1)} times its size`);
    } finally {
      for (const path of [small, large]) Deno.removeSync(path);
    }
  },
});
