import { assertEquals, assertRejects } from "@std/assert";
import { parseSandboxFile } from "../../../src/cli/config_file/sandbox_file.ts";

Deno.test("sandbox.json names spill folders from where it is", async () => {
  const folder = Deno.realPathSync(await Deno.makeTempDir());
  const parse = (spillDirectory: unknown) =>
    parseSandboxFile(
      `${folder}/sandbox.json`,
      JSON.stringify({
        grants: {
          allowedPaths: {
            "/a": { host: "work", overlay: { maxBytes: 9, spillDirectory } },
          },
        },
        tools: ["a.wasm"],
      }),
      () => undefined,
    );
  try {
    await Deno.mkdir(`${folder}/work`);
    const { tools: [tool] } = await parse("spill");
    assertEquals(tool?.options.allowedPaths?.["/a"], {
      host: `${folder}/work`,
      overlay: { maxBytes: 9, spillDirectory: `${folder}/spill` },
    });
    await assertRejects(() => parse(5), Error, "spillDirectory is not a path");
    await assertRejects(() => parse("work"), Error, "a guest is granted");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
