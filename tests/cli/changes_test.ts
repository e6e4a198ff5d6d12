import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runCli } from "../../src/cli/run_cli.ts";
import { FakeTerminal } from "./fake_terminal.ts";
import { startRunner } from "./runner_process.ts";

const COPY = new URL("../../fixtures/wasi/copy.wasm", import.meta.url).href;

/** A folder with one file, which programs copy to another. */
async function withFolder(
  use: (host: string) => Promise<void>,
): Promise<void> {
  const host = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${host}/in.txt`, "text\n");
    await use(host);
  } finally {
    await Deno.remove(host, { recursive: true });
  }
}

function names(host: string): string[] {
  return [...Deno.readDirSync(host)].map(({ name }) => name).sort();
}

/** Copies in.txt to out.txt in an overlay. */
async function copy(
  host: string,
  flags: string[],
  terminal = new FakeTerminal(),
  to = "/g/out.txt",
) {
  const args = ["--dir-overlay", `${host}::/g`, ...flags];
  const code = await runCli(
    ["run", ...args, COPY, "/g/in.txt", to],
    terminal,
  );
  return { code, output: terminal.output, error: terminal.error };
}

const SUMMARY = "1 created\n  created /g/out.txt (5 bytes)\n";

Deno.test("runCli shows changes, and drops them unless told otherwise", async () => {
  await withFolder(async (host) => {
    const { code, error } = await copy(host, []);
    assertEquals(code, 0);
    assertStringIncludes(
      error,
      `${SUMMARY}Dropped; --commit keeps changes.\n`,
    );
    assertEquals(names(host), ["in.txt"]);
  });
});

Deno.test("runCli --diff shows the lines, --commit keeps the changes", async () => {
  await withFolder(async (host) => {
    const { code, error } = await copy(host, ["--diff", "--commit"]);
    assertEquals(code, 0);
    assertStringIncludes(
      error,
      `${SUMMARY}created out.txt
--- /dev/null
+++ b/out.txt
@@ -0,0 +1,1 @@
+text
Committed.
`,
    );
    assertEquals(names(host), ["in.txt", "out.txt"]);
    assertEquals(Deno.readTextFileSync(`${host}/out.txt`), "text\n");
  });
});

Deno.test("runCli --spill names a folder, which is refused in one of the guest's", async () => {
  await withFolder(async (host) => {
    const spill = await Deno.makeTempDir();
    try {
      const { code, error } = await copy(host, ["--spill", spill, "--commit"]);
      assertEquals([code, error.includes("Committed.")], [0, true], error);
      const own = `${spill}/.cortexai-sandbox-spill`;
      assertEquals([...Deno.readDirSync(own)], []);
    } finally {
      await Deno.remove(spill, { recursive: true });
    }
    const inside = await copy(host, ["--spill", host]);
    assert(inside.code !== 0);
    assertStringIncludes(inside.error, "Cannot use spillDirectory");
    const terminal = new FakeTerminal();
    const args = ["run", "--dir", `${host}::/g`, "--spill", "x", COPY];
    assertEquals(await runCli(args, terminal), 2);
    assertStringIncludes(terminal.error, "Cannot use --spill: no folder");
  });
});

Deno.test("runCli asks whoever sits at the terminal", async () => {
  await withFolder(async (host) => {
    for (const [said, kept] of [["n", false], ["", false], ["y", true]]) {
      const terminal = new FakeTerminal();
      terminal.screens = ["error"];
      terminal.answers = [String(said)];
      const { error } = await copy(host, [], terminal);
      assertStringIncludes(error, "Keep these changes? [y/N] ");
      assertEquals(names(host).includes("out.txt"), kept);
    }
  });
});

Deno.test("runCli never commits what a program left that failed", async () => {
  await withFolder(async (host) => {
    const { code, error } = await copy(
      host,
      ["--commit"],
      new FakeTerminal(),
      "/g/none/out.txt",
    );
    assert(code !== 0);
    assert(!error.includes("Committed"));
    assertEquals(names(host), ["in.txt"]);
  });
});

Deno.test("runCli --json tells the changes and what became of them", async () => {
  await withFolder(async (host) => {
    const { output, error } = await copy(host, ["--json", "--diff"]);
    const { changes, diff, committed } = JSON.parse(output);
    assertEquals([changes[0].path, changes[0].kind], ["/g/out.txt", "created"]);
    assertStringIncludes(diff, "+text");
    assertEquals([committed, error], [false, ""]);
  });
});

Deno.test("runCli refuses change flags that are about nothing or contradict", async () => {
  await withFolder(async (host) => {
    for (
      const [args, message] of [
        [["--commit", COPY], "no folder is granted with --dir-overlay"],
        [
          ["--dir-overlay", `${host}::/g`, "--commit", "--drop", COPY],
          "--commit and --drop together",
        ],
        [
          ["--dir-overlay", `${host}::/g`, "--commit=no", COPY],
          "it takes no value",
        ],
      ] as const
    ) {
      const terminal = new FakeTerminal();
      assertEquals(await runCli(["run", ...args], terminal), 2);
      assertStringIncludes(terminal.error, message);
    }
  });
});

Deno.test("runCli grants overlays only where it says what becomes of changes", async () => {
  for (const verb of ["schema", "python"]) {
    const terminal = new FakeTerminal();
    const args = [verb, "--dir-overlay", ".::/g", COPY];
    assertEquals(await runCli(args, terminal), 2);
    assertStringIncludes(terminal.error, 'Unknown flag "--dir-overlay"');
  }
});

Deno.test("tool-runner needs no permission to write before it commits", async () => {
  await withFolder(async (host) => {
    const run = async (flags: string[], permissions: string[]) => {
      const args = ["--dir-overlay", `${host}::/g`, ...flags];
      const path = new URL(COPY).pathname;
      const child = startRunner(
        ["run", ...args, path, "/g/in.txt", "/g/out.txt"],
        permissions,
      );
      await child.stdin.close();
      const { code, stderr } = await child.output();
      return { code, error: new TextDecoder().decode(stderr) };
    };
    const dropped = await run(["--drop"], []);
    assertEquals(dropped.code, 0);
    assertStringIncludes(dropped.error, SUMMARY);
    const refused = await run(["--commit"], []);
    assertEquals(refused.code, 126);
    assertStringIncludes(refused.error, "--allow-write");
    assertEquals(names(host), ["in.txt"]);
    const kept = await run(["--commit"], [`--allow-write=${host}`]);
    assertEquals(kept.code, 0, kept.error);
    assertEquals(names(host), ["in.txt", "out.txt"]);
  });
});
