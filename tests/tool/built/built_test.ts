import { assertEquals, assertThrows } from "@std/assert";
import { builtFiles } from "../../../fixtures/interpreter/prepare_built.ts";
import { interpreterBytes } from "../../../src/interpreters/javascript/interpreter_bytes.ts";
import { BUILT } from "../../../src/tool/built/built_key.ts";
import { changed } from "../../../src/tool/built/byte_change.ts";
import { compileBuilt } from "../../../src/tool/built/compile_built.ts";
import { preparingThreads } from "../../../src/tool/preparing/preparing_threads.ts";
import { ToolSandbox } from "../../../mod.ts";

Deno.test("What was built is what preparation makes of the interpreter today", async () => {
  for (const [name, text] of Object.entries(await builtFiles())) {
    const url = new URL(`../../../src/tool/built/${name}`, import.meta.url);
    // As it is compared, so that a failure does not print all of it.
    const isSame = await Deno.readTextFile(url) === text;
    assertEquals(isSame, true, `Run deno task bless: ${name} is another`);
  }
});

Deno.test("The interpreter is loaded without a preparing thread", async () => {
  await using sandbox = new ToolSandbox();
  const bytes = await interpreterBytes();
  const { sha256 } = await sandbox.loadModule(bytes);
  assertEquals(sha256, BUILT.sha256);
  assertEquals(preparingThreads.size, 0);
});

Deno.test("Other limits and other bytes are prepared as any module", async () => {
  await using sandbox = new ToolSandbox({ maxMemoryBytes: 32 * 1_048_576 });
  await sandbox.loadModule(await interpreterBytes());
  assertEquals(preparingThreads.size, 1);
  const other = (await interpreterBytes()).slice();
  other[other.length - 1]! ^= 1;
  assertEquals(await compileBuilt(other), undefined);
});

Deno.test("changed makes bytes of others, and refuses a change that is not theirs", () => {
  const old = new TextEncoder().encode("one two three");
  const added = new TextEncoder().encode("2");
  const steps = new Uint8Array([0, 0, 4, 3, 1, 6]);
  const made = changed(old, { length: 11, steps, added });
  assertEquals(new TextDecoder().decode(made), "one 2 three");
  assertThrows(
    () => changed(old.subarray(1), { length: 11, steps, added }),
    RangeError,
  );
  assertThrows(() => changed(old, { length: 12, steps, added }), RangeError);
});
