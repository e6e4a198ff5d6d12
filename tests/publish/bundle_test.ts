/** The runner as it is published: from its bundle, without its sources. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { MadePackage } from "./made_package.ts";

const ROOT = new URL("../../", import.meta.url);
const ECHO = fixture("tools/echo");
const CAT = fixture("wasi/cat");
const LOOP = fixture("hostile/loop_in_execute");
/** So large that it is compiled in a thread of its own. */
const LARGE = fixture("tools/regex_extract");
/** The runner, the guest's worker, and what each of them needs for a call. */
const MOST_FILES = 8;

const SCRIPT = `
export const schema = {
  name: "greeter",
  description: "Greets",
  parameters: { type: "object" },
};
export const execute = ({ name }: { name: string }) => ({ hello: name });
`;

function fixture(name: string): string {
  return fromFileUrl(new URL(`fixtures/${name}.wasm`, ROOT));
}

async function deno(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return `${code}\n${decoder.decode(stdout)}${decoder.decode(stderr)}`;
}

Deno.test("The package's runner", async (t) => {
  await using made = await MadePackage.create();
  const config = `--config=${join(made.folder, "deno.json")}`;

  await t.step("answers from few files", async () => {
    const folder = join(made.folder, "coverage");
    const flags = ["-R", `--coverage=${folder}`, config];
    const call = [made.runner, "call", ECHO, '{"text":"hi"}'];
    assertEquals(await deno(["run", ...flags, ...call]), '0\n{"text":"hi"}\n');
    const loaded = [...Deno.readDirSync(folder)].map(({ name }) =>
      JSON.parse(Deno.readTextFileSync(join(folder, name))).url as string
    );
    const own = loaded.filter((url) => url.includes(made.folder));
    const list = own.join("\n");
    assert(list.includes("/built/worker.js"), list);
    assert(!list.includes("/src/"), list);
    assert(own.length <= MOST_FILES, list);
  });

  await t.step("needs to read its own folder and no other", async () => {
    const readable = join(made.folder, "built");
    const call = [made.runner, "call", ECHO, '{"text":"hi"}'];
    const run = ["run", config, "--no-prompt"];
    assertEquals(
      await deno([...run, `-R=${readable},${ECHO}`, ...call]),
      '0\n{"text":"hi"}\n',
    );
    assertMatch(
      await deno([...run, `-R=${ECHO}`, ...call]),
      /PermissionDenied: .*--allow-read=.*\/built\//,
    );
  });

  await t.step("runs what is loaded later, and other workers", async () => {
    const run = ["run", config, "-R", made.runner];
    const cat = ["run", "--dir", `${made.folder}::/here`, CAT];
    assertEquals(
      await deno([...run, ...cat, "/here/LICENSE"]),
      `0\n${await Deno.readTextFile(join(made.folder, "LICENSE"))}`,
    );
    const endless = [...run, "call", LOOP, "{}", "--max-time", "100ms"];
    assertMatch(await deno(endless), /^124\n.*TimeoutExceeded/);
    assertMatch(
      await deno([...run, "schema", LARGE]),
      /^0\n.*regex_extract/s,
    );
    const script = join(made.folder, "greeter.ts");
    await Deno.writeTextFile(script, SCRIPT);
    const call = ["call", script, '{"name":"Ada"}'];
    assertEquals(await deno([...run, ...call]), '0\n{"hello":"Ada"}\n');
  });

  await t.step("names sources and lines where it fails", async () => {
    const program = join(made.folder, "program.js");
    const worker = join(made.folder, "built", "worker.js");
    const start = 'onmessage({ data: { type: "start" } });';
    await Deno.writeTextFile(program, `import "${worker}";\n${start}`);
    const failure = await deno(["run", config, "-R", program]);
    const place = /\/(src\/guest\/worker\.ts):(\d+):\d+/;
    const [, path, line] = place.exec(failure) ?? [];
    assert(path !== undefined, failure);
    const source = await Deno.readTextFile(new URL(path, ROOT));
    assertMatch(source.split("\n")[Number(line) - 1]!, /new GuestEnd/);
  });
});
