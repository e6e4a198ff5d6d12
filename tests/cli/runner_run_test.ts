import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runRunner, startRunner, writeInput } from "./runner_process.ts";

function program(name: string): string {
  return `fixtures/wasi/${name}.wasm`;
}

/** Reads until that much text is there. */
async function readText(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  text: string,
): Promise<void> {
  const decoder = new TextDecoder();
  let found = "";
  while (!found.includes(text)) {
    const { done, value } = await reader.read();
    assert(!done, `the output ended after ${JSON.stringify(found)}`);
    found += decoder.decode(value, { stream: true });
  }
}

Deno.test("tool-runner run copies every byte of a stream", async () => {
  const bytes = new Uint8Array(300_000).map((_, i) => i * 7 + (i >> 8));
  const child = startRunner(["run", program("cat")]);
  const [, { code, stdout, stderr }] = await Promise.all([
    writeInput(child, bytes),
    child.output(),
  ]);
  assertEquals([code, stderr.length, stdout.length], [0, 0, bytes.length]);
  assert(stdout.every((byte, at) => byte === bytes[at]));
});

Deno.test("tool-runner run streams both ways while a program runs", async () => {
  const child = startRunner(["run", program("cat")]);
  const writer = child.stdin.getWriter();
  const reader = child.stdout.getReader();
  for (const text of ["first\n", "second\n"]) {
    await writer.write(new TextEncoder().encode(text));
    // The next is written only when this one has come back.
    await readText(reader, text);
  }
  await writer.close();
  assertEquals((await child.status).code, 0);
  await reader.cancel();
  await child.stderr.cancel();
});

Deno.test("tool-runner run takes relative paths from where it is told", async () => {
  const read = ["escape", "read", "LICENSE"];
  const flags = [["--dir", "."], ["--dir", ".::/here", "--workdir", "/here"]];
  for (const granted of flags) {
    const [name = "", ...args] = read;
    const { code, stdout } = await runRunner([
      "run",
      ...granted,
      program(name),
      ...args,
    ]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "MIT License");
  }
  const nowhere = ["run", "--dir", "nowhere::/in", program("escape")];
  const { code, stderr } = await runRunner(nowhere);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "there is no such folder");
});

Deno.test("tool-runner run exits as the program does", async () => {
  const { code, stdout, stderr } = await runRunner([
    "run",
    program("exit"),
    "42",
  ]);
  assertEquals([code, stdout, stderr], [42, "ending by 42\n", "last words\n"]);
});

Deno.test("tool-runner run grants folders, to write only with --dir-rw", async () => {
  const host = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${host}/in.txt`, "granted");
    const copy = [program("copy"), "/d/in.txt", "/d/out.txt"];
    const readOnly = await runRunner(["run", "--dir", `${host}::/d`, ...copy]);
    assertEquals([readOnly.code, readOnly.stdout], [1, ""]);
    assertStringIncludes(readOnly.stderr, "/d/out.txt: ");
    const child = startRunner(
      ["run", "--dir-rw", `${host}::/d`, ...copy],
      [`--allow-write=${host}`],
    );
    await child.stdin.close();
    const { code, stdout } = await child.output();
    assertEquals([code, new TextDecoder().decode(stdout)], [0, "7 bytes\n"]);
    assertEquals(await Deno.readTextFile(`${host}/out.txt`), "granted");
  } finally {
    await Deno.remove(host, { recursive: true });
  }
});

Deno.test({
  name: "tool-runner run ends at Ctrl-C while a program waits for input",
  ignore: Deno.build.os === "windows",
  async fn() {
    const child = startRunner(["run", program("cat")]);
    const writer = child.stdin.getWriter();
    const reader = child.stdout.getReader();
    await writer.write(new TextEncoder().encode("waiting\n"));
    await readText(reader, "waiting\n");
    child.kill("SIGINT");
    const stderr = await new Response(child.stderr).text();
    assertEquals((await child.status).code, 130);
    assertStringIncludes(stderr, "Stopped by Ctrl-C");
    await reader.cancel();
    await writer.close().catch(() => {});
  },
});

Deno.test("tool-runner run stops a program whose output nobody reads", async () => {
  const child = startRunner(["run", program("limits"), "flood"]);
  await child.stdin.close();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const stderr = await new Response(child.stderr).text();
  assertEquals((await child.status).code, 141);
  assertStringIncludes(stderr, "OutputClosed: ");
});
