import { assert, assertEquals, assertRejects } from "@std/assert";
import { CompilationFailed, MemoryLimitExceeded } from "../../../src/errors.ts";
import { compile } from "../../../src/tool/preparing/module_compiler.ts";

const MIB = 1024 * 1024;
const OPTIONS = { maxMemoryBytes: 64 * MIB, fuel: false };

function fixture(name: string): Uint8Array<ArrayBuffer> {
  const url = new URL(`../../../fixtures/${name}.wasm`, import.meta.url);
  return Deno.readFileSync(url);
}

Deno.test("compile prepares small modules and large ones alike", async () => {
  const small = await compile(fixture("tools/echo"), OPTIONS);
  const large = fixture("tools/regex_extract");
  assert(large.length > MIB, "the fixture is large enough for a thread");
  for (const { module, info } of [small, await compile(large, OPTIONS)]) {
    assert(module instanceof WebAssembly.Module);
    assert(info.exports.has("__tool_execute"));
  }
});

Deno.test("compile keeps an error's class and fields across its thread", async () => {
  const bytes = fixture("tools/regex_extract");
  const cut = bytes.slice(0, bytes.length - 1000);
  const failed = await assertRejects(
    () => compile(cut, OPTIONS),
    CompilationFailed,
  );
  assert(failed.offset !== undefined && failed.offset > 0);
  assert(failed.message.includes(failed.offset.toString(16)), failed.message);

  const tight = { maxMemoryBytes: MIB, fuel: false };
  const error = await assertRejects(
    () => compile(bytes, tight),
    MemoryLimitExceeded,
  );
  assertEquals(error.limitBytes, MIB);
});

Deno.test("compile lets the event loop go on for a large module", async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  await compile(fixture("tools/regex_extract"), OPTIONS);
  clearInterval(timer);
  assert(ticks > 5, `${ticks} ticks`);
});
