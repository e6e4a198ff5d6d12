import { assertEquals, assertStringIncludes } from "@std/assert";
import { Consumer } from "./consumer.ts";
import { runScript } from "./guide_run.ts";
import { makeTool } from "../programs/python/new_tool.ts";

const RUNNER = "jsr:@cortexai/sandbox/tool-runner";

/** What has to be there for a language; scripts need nothing but Deno. */
const NEEDED: Readonly<Record<string, string>> = {
  c: "clang --print-targets | grep -q wasm32 && command -v wasm-ld",
  rust:
    "rustc --print=target-libdir --target=wasm32-unknown-unknown | xargs ls",
  go: "go version",
  python: "python3 --version",
};

function isThere(language: string): boolean {
  const needed = NEEDED[language];
  if (needed === undefined) return true;
  const { success } = new Deno.Command("sh", {
    args: ["-c", needed],
    stdout: "null",
    stderr: "null",
  }).outputSync();
  return success;
}

Deno.test({
  name: "A new tool is tested and called by the two commands of its README",
  ignore: Deno.build.os === "windows",
  async fn(t) {
    await using consumer = await Consumer.create();
    await Deno.mkdir(consumer.path("new"));
    await t.step("py, as TypeScript and as Python see it", async () => {
      const folder = await makeTool(consumer);
      await runScript(consumer, folder, "deno check *.ts");
      if (!isThere("python")) return;
      const script =
        'from greet_py import *; print(schema, execute({"name": "you"}))';
      const printed = await runScript(
        consumer,
        folder,
        `python3 -c '${script}'`,
      );
      assertStringIncludes(printed, "{'hello': 'you'}");
    });
    for (const language of ["js", "ts", "c", "rust", "go"]) {
      await t.step({
        name: language,
        ignore: !isThere(language),
        async fn() {
          const name = `greet_${language}`;
          await runScript(
            consumer,
            consumer.path("new"),
            `deno run --allow-write=. ${RUNNER} new ${name} --${language}`,
          );
          const folder = consumer.path(`new/${name}`);
          const readme = await Deno.readTextFile(`${folder}/README.md`);
          const [, commands = ""] = /```sh\n(.*?)```/s.exec(readme) ?? [];
          assertEquals(commands.trimEnd().split("\n").length, 2);
          const printed = await runScript(consumer, folder, commands);
          assertEquals(printed.trimEnd().split("\n").at(-1), '{"hello":"you"}');
        },
      });
    }
  },
});
