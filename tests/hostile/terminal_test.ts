import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  type CallResult,
  ExecutionFailed,
  modelAnswer,
  SandboxedTool,
  ScriptFailed,
  ToolRegistry,
} from "../../mod.ts";
import { runCode } from "../../src/adapters/code_mode/mod.ts";
import { readResult } from "../../src/adapters/nats/wire_result.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";
import { resultBytes } from "./nats_peers.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const PROCESS = new URL("./terminal_process.ts", import.meta.url).pathname;
const TIMEOUT_MS = 60_000;
const ASKS = /Deno requests|Allow\?/;

/** What a Deno process prints at a terminal of its own, until it asks. */
async function atTerminal(...args: string[]): Promise<string> {
  const command = [Deno.execPath(), "run", ...args]
    .map((arg) => `'${arg}'`).join(" ");
  const child = new Deno.Command("script", {
    args: ["-qec", command, "/dev/null"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MS);
  let said = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += chunk;
    if (ASKS.test(said)) break;
  }
  // Its terminal goes with it, and so does whoever waits for an answer there.
  await child.stdin.close();
  if (ASKS.test(said)) child.kill("SIGTERM");
  await child.status;
  clearTimeout(timer);
  return said;
}

function makeFolder(): string {
  const base = Deno.realPathSync(Deno.makeTempDirSync());
  const folder = `${base}/granted`;
  Deno.mkdirSync(`${folder}/d`, { recursive: true });
  Deno.writeTextFileSync(`${folder}/file`, "text");
  Deno.writeTextFileSync(`${folder}/d/file`, "text");
  Deno.writeTextFileSync(`${base}/outside`, "outside");
  for (
    const [target, link] of [
      ["..", "out"],
      [`${base}/outside`, "absolute"],
      ["/proc/self", "process"],
      ["missing", "dangling"],
    ] as const
  ) Deno.symlinkSync(target, `${folder}/${link}`);
  return folder;
}

const hasTerminals = Deno.build.os === "linux" &&
  await new Deno.Command("script", { args: ["--version"] }).output()
    .then(({ success }) => success, () => false);

/** The grants of the process, given the folder that it grants to a guest. */
const GRANTS: Readonly<Record<string, (folder: string) => string[]>> = {
  "what it grants": (folder) => [
    `--allow-read=${ROOT},${folder}`,
    `--allow-write=${folder}`,
  ],
  "everything to read": (folder) => [
    "--allow-read",
    `--allow-write=${folder}`,
  ],
  "everything to read and write": () => ["--allow-read", "--allow-write"],
};

Deno.test({
  name: "No guest makes Deno ask for a permission",
  ignore: !hasTerminals,
  async fn(t) {
    for (const [what, grants] of Object.entries(GRANTS)) {
      for (const how of [[], ["read-only"]]) {
        await t.step(`${what} ${how}`, async () => {
          const folder = makeFolder();
          const said = await atTerminal(
            "--unstable-worker-options",
            ...grants(folder),
            PROCESS,
            folder,
            ...how,
          );
          assert(!ASKS.test(said), said);
          const words = said.split(/\s+/).filter((word) => word !== "");
          assertEquals(words, ["terminal", "done"]);
          Deno.removeSync(`${folder}/..`, { recursive: true });
        });
      }
    }
  },
});

Deno.test({
  name: "Deno does ask at such a terminal",
  ignore: !hasTerminals,
  async fn() {
    const asks = `Deno.permissions.requestSync({ name: "read" })`;
    const url = `data:text/javascript,${encodeURIComponent(asks)}`;
    assertMatch(await atTerminal(url), ASKS);
  },
});

/** Clears a screen, sets its title, goes on in another line, or is not seen. */
const SIGNS =
  "\u001b[2J\u009b2J\u001b]0;x\u0007\r\n\u2028\u202e\u200b\u{e0041}";
/** What steers a screen, ends a line, turns a text around or is not seen. */
const STEERS =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200b\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u;

/** A tool that says this of itself. */
function toolSaying(schema: string): Uint8Array {
  const bytes = new TextEncoder().encode(schema);
  const builder = new ModuleBuilder();
  const one = builder.type(["i32", "i32"], ["i64"]);
  const none = builder.type([], ["i64"]);
  const stores = [...bytes]
    .map((byte, at) => `i32.const ${at} i32.const ${byte} i32.store8 0 0 0`);
  return builder.memory(1)
    .func(none, `${stores.join("\n")} i64.const ${bytes.length}`)
    .func(one, "i64.const 0")
    .export("memory", "memory", 0)
    .export("__tool_schema", "function", 0)
    .export("__tool_execute", "function", 1)
    .build();
}

Deno.test("Whatever a guest says, a message is one line that steers no screen", async () => {
  const signs = JSON.stringify(SIGNS);
  const bytes = new TextEncoder().encode(`
    export const schema = {
      name: "tool",
      parameters: {
        type: "object",
        properties: { [${signs}]: { enum: [${signs}] } },
      },
    };
    export function execute({ what }) {
      const error = new Error("mine" + ${signs} + "Call done");
      if (what === "name") error.name = ${signs};
      if (what === "text") throw ${signs};
      if (what === "stack") error.stack = "    at f (" + ${signs} + ":1:2)";
      if (what === "print") console.error(${signs});
      throw error;
    }`);
  const folder = await Deno.makeTempDir();
  await Deno.writeFile(`${folder}/tool.js`, bytes);
  await using tool = await SandboxedTool.load(`${folder}/tool.js`);
  await using tools = new ToolRegistry();
  tools.register(tool);
  const remote = JSON.stringify({
    error: { kind: "Busy", message: SIGNS, issues: [{ message: SIGNS }] },
  });
  const remoteScript = JSON.stringify({
    error: { thrownName: SIGNS, thrownMessage: SIGNS, message: SIGNS },
  });
  const asked = { tool: "tool", timeoutMs: 1 };
  const results: CallResult<unknown>[] = [
    ...await Promise.all(
      ["message", "name", "text", "stack", "print"].map((what) =>
        tool.call({ what })
      ),
    ),
    await tool.call({ [SIGNS]: 1 }),
    await tools.call(SIGNS, {}),
    await readResult(resultBytes(remote), asked),
    await readResult(resultBytes(remoteScript), asked),
  ];
  for (const result of results) {
    assert(!result.ok);
    const { message } = result.error;
    assert(!STEERS.test(message), JSON.stringify(message));
    const { text } = await modelAnswer(result);
    assert(!STEERS.test(text), JSON.stringify(text));
  }
  for (
    const schema of [
      `{${SIGNS}}`,
      `{"name": ${signs}, "parameters": {"type": "object"}}`,
      `{"name": "a", "parameters": {"type": ${signs}}}`,
      `{"name": "a", "parameters": {"type": "object", "properties": {"a": ${signs}}}}`,
    ]
  ) {
    const error = await assertRejects(
      () => SandboxedTool.load(toolSaying(schema)),
      ExecutionFailed,
    );
    assert(!STEERS.test(error.message), JSON.stringify(error.message));
  }
  const program = await runCode(`throw new Error(${signs})`, { tools: {} });
  assert(!program.ok && !STEERS.test(program.error.message));
  // All of it is there for who asks.
  const [first] = results;
  assert(!first!.ok && first!.error instanceof ScriptFailed);
  assertEquals(first!.error.thrownMessage, `mine${SIGNS}Call done`);
  await Deno.remove(folder, { recursive: true });
});
