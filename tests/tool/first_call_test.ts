import { assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

/** Imports the module, calls a tool, and says how often `process` was read. */
const PROGRAM = `
  let reads = 0;
  const { process } = globalThis;
  Object.defineProperty(globalThis, "process", {
    configurable: true,
    get: () => (reads++, process),
  });
  const { SandboxedTool } = await import("./mod.ts");
  await using tool = await SandboxedTool.load("fixtures/tools/echo.wasm");
  await tool.execute({ text: "hi" });
  console.log(reads);`;

Deno.test("A first call does not load Node's process, which takes longer than it", async () => {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", PROGRAM],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  assertEquals(decoder.decode(stdout), "0\n", decoder.decode(stderr));
});
