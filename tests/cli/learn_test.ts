import { assertEquals, assertStringIncludes } from "@std/assert";
import { parseSandboxFile } from "../../src/cli/config_file/sandbox_file.ts";
import { runCli } from "../../src/cli/run_cli.ts";
import { FakeTerminal } from "./fake_terminal.ts";

const COPY = new URL("../../fixtures/wasi/copy.wasm", import.meta.url).href;

/** Learns from a copy in a folder; the answers are a person's. */
async function learnCopy(
  flags: readonly string[],
  answers?: readonly string[],
  paths = ["/in/a.txt", "/out/b.txt"],
) {
  const base = Deno.realPathSync(Deno.makeTempDirSync());
  try {
    Deno.mkdirSync(`${base}/in`);
    Deno.mkdirSync(`${base}/out`);
    Deno.writeTextFileSync(`${base}/in/a.txt`, "text");
    const terminal = new FakeTerminal();
    if (answers) {
      terminal.screens = ["error"];
      terminal.answers = [...answers];
    }
    const code = await runCli(
      ["learn", "--base", base, ...flags, "--", "run", COPY, ...paths],
      terminal,
    );
    assertEquals([...Deno.readDirSync(`${base}/out`)], []);
    const { output, error, files } = terminal;
    return { code, output, error, files, base };
  } finally {
    Deno.removeSync(base, { recursive: true });
  }
}

Deno.test("learn --yes writes a sandbox.json with each grant's reason", async () => {
  const { code, output, error, base } = await learnCopy(["--yes"]);
  assertEquals(code, 0);
  assertEquals(JSON.parse(output), {
    tools: [{
      source: COPY,
      grants: {
        allowedPaths: {
          "/in": `${base}/in`,
          "/out": { host: `${base}/out`, overlay: true },
        },
      },
      reasons: { "/in": "read /in/a.txt", "/out": "write /out/b.txt" },
    }],
  });
  assertStringIncludes(error, `Granting "${base}/in" as "/in" to read`);
  assertStringIncludes(error, "Ended after 3 rounds: the call succeeded");
});

Deno.test("learn asks a person about each grant, and stops at q", async () => {
  const { code, error } = await learnCopy([], ["y", "q"]);
  assertEquals(code, 1);
  assertStringIncludes(error, 'as "/in" to read, for: "read /in/a.txt" (1x)?');
  assertStringIncludes(error, "Ended after 2 rounds: stopped");
  const alone = await learnCopy([]);
  assertEquals(alone.code, 1);
  assertStringIncludes(alone.error, "Not granted: ");
});

Deno.test("learn --output writes a file that serve reads", async () => {
  const { code, output, files } = await learnCopy(
    ["--yes", "--output", "sandbox.json"],
  );
  assertEquals([code, output], [0, ""]);
  const text = files["sandbox.json"]!.replaceAll(COPY, "copy.wasm");
  const { tools } = await parseSandboxFile("sandbox.json", text, undefined);
  assertEquals(tools.length, 1);
});

Deno.test("learn says what it does not propose, as one line", async () => {
  const { code, error } = await learnCopy(["--yes"], undefined, [
    "/proc/self/environ",
    "/out/b.txt",
  ]);
  assertEquals(code, 1);
  assertStringIncludes(
    error,
    'Not proposed: "read /proc/self/environ": /proc is the system\'s\n',
  );
});

Deno.test("learn takes no call that grants something itself", async () => {
  for (
    const [args, why] of [
      [["--", "run", "--dir", ".::/x", COPY], "nothing is granted"],
      [["--", "call", "--allow-net", "a.wasm", "{}"], "nothing is granted"],
      [["--", "serve", "x"], "Cannot learn from"],
      [[], "call or run"],
      [["--rounds", "0", "--", "run", COPY], "from 1 to 64"],
    ] as [string[], string][]
  ) {
    const terminal = new FakeTerminal();
    const code = await runCli(["learn", ...args], terminal);
    assertEquals([code === 0, terminal.output], [false, ""]);
    assertStringIncludes(terminal.error, why);
  }
});
