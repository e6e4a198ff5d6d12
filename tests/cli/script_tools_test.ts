import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { unzipSync } from "fflate";
import { runRunner, startRunner } from "./runner_process.ts";
import { ServingRunner } from "./serving_runner.ts";

const SCRIPT = `import { loud } from "./lib/loud.ts";
export const schema = { description: "Shouts", parameters: { type: "object",
  properties: { text: { type: "string" } }, required: ["text"] } };
export const execute = ({ text }) => ({ text: loud(text) });
`;
const HELPER = `export const loud = (text: string) => text.toUpperCase();\n`;

/** A folder with a script that imports another file. */
async function withScript(
  act: (folder: string, script: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, "lib"));
    await Deno.writeTextFile(join(folder, "lib/loud.ts"), HELPER);
    await Deno.writeTextFile(join(folder, "shout.js"), SCRIPT);
    await act(folder, join(folder, "shout.js"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function hashOf(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(hash).toHex();
}

async function runWriting(
  folder: string,
  ...args: string[]
): Promise<{ code: number; stderr: string }> {
  const child = startRunner(args, [`--allow-write=${folder}`]);
  await child.stdin.close();
  const { code, stderr } = await child.output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

Deno.test("inspect tells what a script is made of, and what it says", () =>
  withScript(async (_, script) => {
    const { code, stdout } = await runRunner(["inspect", "--json", script]);
    assertEquals(code, 0);
    const { value } = JSON.parse(stdout);
    assertEquals(value.kind, "script");
    assertEquals(value.files, {
      "lib/loud.ts": await hashOf(HELPER),
      "shout.js": await hashOf(SCRIPT),
    });
    assertEquals(value.schema.name, "shout");
    const text = await runRunner(["inspect", script]);
    assertStringIncludes(text.stdout, `${await hashOf(HELPER)}  lib/loud.ts`);
  }));

Deno.test("serve serves a script, and refuses it when a file of it is not as locked", () =>
  withScript(async (folder, script) => {
    const lock = join(folder, "tools.lock");
    const locking = ["lock", "--lock", lock, script];
    const locked = await runWriting(folder, ...locking);
    assertEquals(locked, { code: 0, stderr: "" });
    const { tools } = JSON.parse(await Deno.readTextFile(lock));
    assertEquals(tools.shout.files["lib/loud.ts"], await hashOf(HELPER));
    const runner = new ServingRunner(["--lock", lock, script]);
    assertEquals(await runner.toolNames(), ["shout"]);
    assertEquals(await runner.call("shout", { text: "hi" }), '{"text":"HI"}');
    assertEquals(await runner.end(), 0);

    const changed = `${HELPER}// Another one.\n`;
    await Deno.writeTextFile(join(folder, "lib/loud.ts"), changed);
    const differs = await runWriting(folder, ...locking);
    assertEquals(differs.code, 2);
    assertStringIncludes(differs.stderr, "shout.files.lib/loud.ts");
    const refused = new ServingRunner(["--lock", lock, script]);
    assertEquals(await refused.ended(), 2);
    assertStringIncludes(refused.stderr, "Refused tool shout");
  }));

Deno.test("pack packs a script with what it imports, and the runner serves that", () =>
  withScript(async (folder, script) => {
    const output = join(folder, "shout.mcpb");
    const end = await runWriting(folder, "pack", "--output", output, script);
    assertEquals(end, { code: 0, stderr: "" });
    const files = unzipSync(await Deno.readFile(output));
    for (const [name, bytes] of Object.entries(files)) {
      const path = join(folder, "unpacked", name);
      await Deno.mkdir(join(path, ".."), { recursive: true });
      await Deno.writeFile(path, bytes);
    }
    assert("server/tools/shout/lib/loud.ts" in files);
    const config = join(folder, "unpacked/server/sandbox.json");
    const runner = new ServingRunner(["--config", config]);
    assertEquals(await runner.call("shout", { text: "hi" }), '{"text":"HI"}');
    assertEquals(await runner.end(), 0);
    assertEquals(runner.stderr, "");
  }));

Deno.test("A hash or a schema for a script is refused, as it would hold for nothing", () =>
  withScript(async (folder, script) => {
    const config = join(folder, "sandbox.json");
    const integrity = `sha256-${"0".repeat(64)}`;
    await Deno.writeTextFile(join(folder, "schema.json"), "{}");
    for (const wrong of [{ integrity }, { schema: "schema.json" }]) {
      const tools = [{ source: script, ...wrong }];
      await Deno.writeTextFile(config, JSON.stringify({ tools }));
      const runner = new ServingRunner(["--config", config]);
      assert(await runner.ended() !== 0);
      assertStringIncludes(runner.stderr, "for modules");
    }
  }));
