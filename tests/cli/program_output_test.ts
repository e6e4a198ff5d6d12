import { assertEquals, assertRejects } from "@std/assert";
import { KeptOutput, PassedOutput } from "../../src/cli/program_output.ts";
import { OutputClosed } from "../../src/cli/terminal.ts";
import { FakeTerminal } from "./fake_terminal.ts";

const CLIPBOARD = "\u001b]52;c;ZXZpbA==\u0007";

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("PassedOutput passes bytes on as they come, each to its stream", async () => {
  const terminal = new FakeTerminal();
  const output = new PassedOutput(terminal);
  await output.add("stdout", bytes(CLIPBOARD));
  assertEquals(terminal.output, CLIPBOARD);
  await output.add("stderr", bytes("warned\r\n"));
  assertEquals([terminal.output, terminal.error], [CLIPBOARD, "warned\r\n"]);
  assertEquals(await output.end(), { text: "" });
});

Deno.test("PassedOutput shows what would steer a terminal", async () => {
  const terminal = new FakeTerminal();
  terminal.screens = ["output"];
  const output = new PassedOutput(terminal);
  await output.add("stdout", bytes(`${CLIPBOARD}\n`));
  await output.add("stderr", bytes(CLIPBOARD));
  await output.end();
  assertEquals(terminal.output, "\\u001b]52;c;ZXZpbA==\\u0007\n");
  assertEquals(terminal.error, CLIPBOARD);
});

Deno.test("PassedOutput joins a character that came in pieces", async () => {
  const terminal = new FakeTerminal();
  terminal.screens = ["output", "error"];
  const output = new PassedOutput(terminal);
  for (const byte of bytes("日\u009b本")) {
    await output.add("stdout", Uint8Array.of(byte));
  }
  await output.add("stderr", bytes("é").subarray(0, 1));
  await output.end();
  assertEquals([terminal.output, terminal.error], ["日\\u009b本", "\ufffd"]);
});

Deno.test("PassedOutput says that standard output was closed", async () => {
  const terminal = new FakeTerminal();
  terminal.isOutputClosed = true;
  const output = new PassedOutput(terminal);
  await assertRejects(() => output.add("stdout", bytes("x")), OutputClosed);
});

Deno.test("KeptOutput keeps each stream up to the limit", async () => {
  const output = new KeptOutput(5);
  await output.add("stdout", bytes("123"));
  await output.add("stderr", bytes("12345"));
  assertEquals(await output.end(), {
    stdout: "123",
    stderr: "12345",
    isOutputCut: false,
  });
  const cut = new KeptOutput(5);
  for (let i = 0; i < 4; i++) await cut.add("stdout", bytes("日"));
  assertEquals(await cut.end(), {
    stdout: "日\ufffd",
    stderr: "",
    isOutputCut: true,
  });
});
