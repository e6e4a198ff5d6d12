import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import type { RunOptions } from "../../mod.ts";
import { Programs } from "./programs.ts";

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield bytes(await Promise.resolve(text));
}

Deno.test("ToolSandbox.run takes standard input as text, bytes or a stream", async () => {
  await using programs = new Programs();
  const text = "héllo";
  const inputs: [RunOptions["stdin"], string][] = [
    [text, text],
    [bytes(text), text],
    ["", ""],
    [pieces("one ", "", "two"), "one two"],
    [pieces(), ""],
    [new Blob([text]).stream(), text],
  ];
  for (const [stdin, expected] of inputs) {
    const options = stdin === undefined ? {} : { stdin };
    const { exitCode, stdout } = await programs.run("wasi/cat", options);
    assertEquals([exitCode, stdout], [0, expected]);
  }
  assertEquals((await programs.run("wasi/cat")).stdout, "");
});

Deno.test("ToolSandbox.run passes 5 MiB through, whole and in order", async () => {
  await using programs = new Programs();
  const input = new Uint8Array(5 * 2 ** 20).map((_, i) => i ^ (i >> 8));
  for (const stdin of [input, new Blob([input]).stream()]) {
    const output = new Uint8Array(input.length + 1);
    let at = 0;
    const { exitCode, isOutputCut } = await programs.run("wasi/cat", {
      stdin,
      onStdout(piece) {
        output.set(piece, at);
        at += piece.length;
      },
    });
    assertEquals([exitCode, at, isOutputCut], [0, input.length, true]);
    assert(input.every((byte, i) => byte === output[i]));
  }
});

Deno.test("ToolSandbox.run reads no more of a stream than the program asks for", async () => {
  await using programs = new Programs();
  let read = 0;
  let isReturned = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;; read++) yield await Promise.resolve(new Uint8Array(1000));
    } finally {
      isReturned = true;
    }
  }
  await programs.run("wasi/exit", { stdin: endless() });
  assertEquals(read, 0);
  const aborter = new AbortController();
  const reason = new Error("enough");
  const error = await assertRejects(() =>
    programs.run("wasi/cat", {
      stdin: endless(),
      signal: aborter.signal,
      onStdout: () => read > 50 ? aborter.abort(reason) : undefined,
    }), Error);
  assertEquals([error, isReturned], [reason, true]);
  assertLess(read, 1000);
  await programs.assertReusable();
});

Deno.test("ToolSandbox.run rejects with the error of the input stream", async () => {
  await using programs = new Programs();
  const broken = new Error("disk on fire");
  async function* breaking(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(bytes("before"));
    throw broken;
  }
  const error = await assertRejects(
    () => programs.run("wasi/cat", { stdin: breaking() }),
    Error,
  );
  assertEquals(error, broken);
  await programs.assertReusable();
});

Deno.test("ToolSandbox.run hands output on as it is written, and keeps it too", async () => {
  await using programs = new Programs();
  const seen = { stdout: "", stderr: "" };
  const decoder = new TextDecoder();
  const result = await programs.run("wasi/exit", {
    args: ["7"],
    onStdout: (piece) => void (seen.stdout += decoder.decode(piece)),
    onStderr: (piece) => void (seen.stderr += decoder.decode(piece)),
  });
  const { exitCode, stdout, stderr } = result;
  assertEquals(seen, { stdout: "ending by 7\n", stderr: "last words\n" });
  assertEquals({ exitCode, stdout, stderr }, { exitCode: 7, ...seen });
});

Deno.test("ToolSandbox.run makes the program wait for its reader", async () => {
  await using programs = new Programs();
  let busy = 0;
  let received = 0;
  const { exitCode } = await programs.run("wasi/cat", {
    stdin: new Uint8Array(300_000),
    async onStdout(piece) {
      assertEquals(++busy, 1, "a piece came before the last one was done");
      await new Promise((resolve) => setTimeout(resolve, 5));
      received += piece.length;
      busy--;
    },
  });
  assertEquals([exitCode, received], [0, 300_000]);
});

Deno.test("ToolSandbox.run rejects with what a handler throws", async () => {
  await using programs = new Programs();
  const thrown = new Error("no room");
  const handlers: RunOptions[] = [
    {
      onStdout() {
        throw thrown;
      },
    },
    { onStdout: () => Promise.reject(thrown) },
    { onStderr: () => Promise.reject(thrown) },
  ];
  for (const handler of handlers) {
    const error = await assertRejects(
      () => programs.run("wasi/exit", { args: ["0"], ...handler }),
      Error,
    );
    assertEquals(error, thrown);
    await programs.assertReusable();
  }
  const flood = await assertRejects(
    () => programs.run("wasi/limits", { args: ["flood"], ...handlers[1] }),
    Error,
  );
  assertEquals(flood, thrown);
  await programs.assertReusable();
});

Deno.test("ToolSandbox.run keeps output up to maxOutputBytes, and says when it was more", async () => {
  await using programs = new Programs((b) => b.maxOutputBytes(10));
  const kept = await programs.run("wasi/cat", { stdin: "0123456789" });
  assertEquals([kept.stdout, kept.isOutputCut], ["0123456789", false]);
  const cut = await programs.run("wasi/cat", { stdin: "0123456789A" });
  assertEquals([cut.exitCode, cut.stdout], [0, "0123456789"]);
  assertEquals(cut.isOutputCut, true);
  const both = await programs.run("wasi/exit", { args: ["7"] });
  assertEquals([both.stdout, both.stderr], ["ending by ", "last words"]);
  await using silent = new Programs((b) => b.maxOutputBytes(0));
  const none = await silent.run("wasi/exit", { args: ["7"] });
  assertEquals([none.stdout, none.stderr, none.isOutputCut], ["", "", true]);
});
