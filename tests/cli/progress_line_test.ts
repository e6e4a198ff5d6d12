import { assert, assertEquals, assertRejects } from "@std/assert";
import type { LoadProgress } from "../../mod.ts";
import { withProgress } from "../../src/cli/progress_line.ts";
import { FakeTerminal } from "./fake_terminal.ts";

const READING: LoadProgress = {
  phase: "reading",
  doneBytes: 2_500_000,
  totalBytes: undefined,
};

/** Longer than nothing is told. */
async function wait(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 350));
}

Deno.test("withProgress says how far a long load is, and clears the line", async () => {
  const terminal = new FakeTerminal();
  terminal.screens = ["error"];
  const value = await withProgress(terminal, async (onProgress) => {
    onProgress!(READING);
    assertEquals(terminal.error, "");
    await wait();
    onProgress!({ ...READING, totalBytes: 5_000_000 });
    onProgress!({ ...READING, doneBytes: 3_000_000 });
    onProgress!({ phase: "compiling", doneBytes: 0, totalBytes: 6_000_000 });
    return 7;
  });
  assertEquals(value, 7);
  assertEquals(terminal.error.split("\r\x1b[K"), [
    "",
    "Reading the module: 2.5 of 5.0 MB",
    "Compiling the module: 6.0 MB",
    "",
  ]);
});

Deno.test("withProgress writes nothing that nobody looks at or has time to read", async () => {
  const terminal = new FakeTerminal();
  await withProgress(terminal, async (onProgress) => {
    assertEquals(onProgress, undefined);
    await wait();
  });
  terminal.screens = ["error"];
  await withProgress(terminal, (onProgress) => {
    onProgress!(READING);
    return Promise.resolve();
  });
  assertEquals(terminal.error, "");
});

Deno.test("withProgress clears the line of a load that fails", async () => {
  const terminal = new FakeTerminal();
  terminal.screens = ["error"];
  await assertRejects(
    () =>
      withProgress(terminal, async (onProgress) => {
        await wait();
        onProgress!(READING);
        throw new Error("no module");
      }),
    Error,
    "no module",
  );
  assert(terminal.error.endsWith("2.5 MB\r\x1b[K"));
});
