import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { NATS_SERVER } from "../adapters/nats/nats_server.ts";
import { Consumer } from "./consumer.ts";
import { guideSteps } from "./guide.ts";
import { checkGuide, followGuide, runScript } from "./guide_run.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("guideSteps finds files, commands and what they print", () => {
  const markdown = [
    "```c a.c\nint a;\n```\n",
    "```ts b.ts ignore\n1;\n```\n",
    "```sh\ncc a.c\n```\n",
    "```text\nfine\n```\n",
    "```sh\nls\n```\n",
  ].join("\n");
  assertEquals(guideSteps(markdown), [
    { kind: "save", name: "a.c", text: "int a;\n" },
    { kind: "save", name: "b.ts", text: "1;\n" },
    { kind: "run", script: "cc a.c\n", output: "fine\n" },
    { kind: "run", script: "ls\n", output: "" },
  ]);
  assertThrows(() => guideSteps("```ts\n1;\n```\n"), Error, "no file");
});

// The others need compilers or downloads; `try_guides.ts` follows them.
Deno.test({
  name:
    "The README and the guides to files, errors, host functions, code mode, MCP, migrating, reports and the network work from an empty folder",
  ignore: Deno.build.os === "windows",
  async fn(t) {
    await using consumer = await Consumer.create();
    for (
      const name of [
        "files",
        "errors",
        "host_functions",
        "snapshots",
        "code_mode",
        "mcp",
        "migrate",
        "reports",
      ]
    ) {
      await t.step(name, async () => {
        await followGuide(consumer, name);
      });
    }
    await t.step("README, up to the command line", async () => {
      await followGuide(consumer, "README", "## From the command line");
    });
    await t.step("network, but for the tools to build", async () => {
      await followGuide(consumer, "network", "## In C");
    });
    await t.step("overlay, but for CPython", async () => {
      await followGuide(consumer, "overlay", "## A refactoring in Python");
    });
    await t.step({
      name: "cluster, where there is a server",
      ignore: NATS_SERVER === undefined,
      fn: async () => {
        await followGuide(consumer, "cluster");
      },
    });
    await t.step("python and programs, but for running them", async () => {
      await checkGuide(consumer, "python");
      await checkGuide(consumer, "programs");
    });
    await t.step("a command that fails is noticed", async () => {
      const folder = consumer.path();
      await assertRejects(
        () => runScript(consumer, folder, "false; true"),
        Error,
        "failed with 1",
      );
    });
  },
});

Deno.test("What the cluster's compose file starts is what its guide runs", async () => {
  const guide = await Deno.readTextFile(
    new URL("fixtures/guides/cluster.md", ROOT),
  );
  const commands = [...guide.matchAll(/^ {4}command: (run .*)$/gm)]
    .map(([, command]) =>
      command!
        .replace("--allow-net=nats ", "--allow-net=127.0.0.1 ")
        .replace("nats://nats:", "nats://127.0.0.1:")
    );
  assertEquals(commands.length, 2);
  const missing = commands.filter((one) => !guide.includes(`deno ${one}`));
  assertEquals(missing, []);
});

Deno.test("The threat model names tests that are there", async () => {
  const guide = new URL("fixtures/guides/threat_model.md", ROOT);
  const markdown = await Deno.readTextFile(guide);
  const claims = [...markdown.matchAll(/`(tests\/\S+\.ts)`: "([^"|]+)"/g)];
  const rows = markdown.match(/^\| [^-c]/gm) ?? [];
  assertEquals(claims.length, rows.length);
  const missing = claims.filter(([, path, name]) =>
    !Deno.readTextFileSync(new URL(path!, ROOT)).includes(JSON.stringify(name))
  );
  assertEquals(missing.map(([text]) => text), []);
});
