import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { McpbManifestSchema } from "@anthropic-ai/mcpb/schemas/0.3";
import { join } from "@std/path";
import { unzipSync } from "fflate";
import { startRunner } from "./runner_process.ts";
import { ServingRunner } from "./serving_runner.ts";

const FIXTURES = new URL("../../fixtures/", import.meta.url).pathname;

async function pack(folder: string, ...args: string[]) {
  const child = startRunner(["pack", ...args], [`--allow-write=${folder}`]);
  await child.stdin.close();
  const { code, stderr } = await child.output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

Deno.test("pack makes a bundle that its readers take and the runner serves", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const config = join(folder, "sandbox.json");
    const secret = { env: "NOT_SET_HERE", hosts: ["api.example.com"] };
    await Deno.writeTextFile(
      config,
      JSON.stringify({
        name: "both",
        version: "1.2.3",
        description: "Two tools.",
        tools: [
          `${FIXTURES}tools/echo.wasm`,
          {
            source: `${FIXTURES}wasi/statistics.wasm`,
            grants: {
              allowNetwork: ["api.example.com"],
              secrets: { KEY: secret },
            },
          },
        ],
      }),
    );
    const [one, other] = [join(folder, "1.mcpb"), join(folder, "2.mcpb")];
    for (const output of [one, other]) {
      const end = await pack(folder, "--config", config, "--output", output);
      assertEquals(end, { code: 0, stderr: "" });
    }
    const bytes = await Deno.readFile(one);
    assertEquals(bytes, await Deno.readFile(other));

    const files = unzipSync(bytes);
    const text = (name: string) => new TextDecoder().decode(files[name]);
    const manifest = McpbManifestSchema.parse(
      JSON.parse(text("manifest.json")),
    );
    assertEquals([manifest.name, manifest.version], ["both", "1.2.3"]);
    assertEquals(manifest.tools?.map(({ name }) => name), [
      "echo",
      "statistics",
    ]);
    assertEquals(Object.keys(manifest.user_config ?? {}), ["NOT_SET_HERE"]);
    const { args = [] } = manifest.server.mcp_config;
    assert(args.includes("--allow-net=api.example.com"));
    assert(files[manifest.server.entry_point]);

    for (const [name, bytes] of Object.entries(files)) {
      const path = join(folder, "unpacked", name);
      await Deno.mkdir(join(path, ".."), { recursive: true });
      await Deno.writeFile(path, bytes);
    }
    const unpacked = join(folder, "unpacked", "server", "sandbox.json");
    const permissions = ["--allow-net=api.example.com", "--allow-env"];
    const runner = new ServingRunner(["--config", unpacked], permissions, {
      NOT_SET_HERE: "a-secret-value",
    });
    assertEquals(await runner.toolNames(), ["echo", "statistics"]);
    const numbers = [1, 2, 3];
    assertStringIncludes(
      await runner.call("statistics", { numbers }),
      '"mean"',
    );
    assertEquals(await runner.end(), 0);
    assertEquals(runner.stderr, "");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("pack refuses grants of folders, which are of this machine", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, stderr } = await pack(
      folder,
      "--dir",
      `${folder}::/data`,
      `${FIXTURES}tools/echo.wasm`,
    );
    assertEquals(code, 2);
    assertStringIncludes(stderr, "folders of this machine");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
