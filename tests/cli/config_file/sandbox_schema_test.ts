import { assert, assertEquals } from "@std/assert";
import { inputSchema } from "../../../mod.ts";
import {
  CODE_GRANT_MEMBERS,
  CODE_MEMBERS,
  FILE_MEMBERS,
  GRANT_MEMBERS,
  LIMIT_MEMBERS,
  TOOL_MEMBERS,
} from "../../../src/cli/config_file/file_members.ts";
import schema from "../../../src/cli/config_file/sandbox.schema.json" with {
  type: "json",
};

const GUIDE = new URL("../../../fixtures/guides/mcp.md", import.meta.url);

Deno.test("The schema that editors complete from has the members that the runner reads", () => {
  const { $defs } = schema;
  for (
    const [properties, members] of [
      [schema.properties, FILE_MEMBERS],
      [$defs.code.properties, CODE_MEMBERS],
      [$defs.code.properties.grants.properties, CODE_GRANT_MEMBERS],
      [$defs.tool.properties, TOOL_MEMBERS],
      [$defs.limits.properties, LIMIT_MEMBERS],
      [$defs.grants.properties, GRANT_MEMBERS],
    ] as const
  ) assertEquals(Object.keys(properties).sort(), [...members].sort());
});

Deno.test("The schema takes what the guide shows, and refuses mistakes", async () => {
  const check = async (value: unknown) => {
    const { validate } = inputSchema({ parameters: schema })["~standard"];
    return (await validate(value)).issues ?? [];
  };
  const markdown = await Deno.readTextFile(GUIDE);
  const [, text = ""] = /```json sandbox\.json\n(.*?)```/s.exec(markdown) ?? [];
  assertEquals(await check(JSON.parse(text)), []);
  for (
    const wrong of [
      {},
      { tools: "a.wasm" },
      { tools: [{ name: "a" }] },
      { tools: [], limits: { maxMem: 1 } },
      { tools: [], code: 1 },
      { tools: [], code: { grants: { allowedPaths: {} } } },
      {
        tools: [],
        grants: {
          allowedPaths: { "/a": { host: "a", overlay: { spill: 1 } } },
        },
      },
      { tools: [{ source: "a.wasm", limits: { maxMemoryBytes: 1 } }] },
      { tools: [], grants: { secrets: { K: { value: "x", hosts: ["h"] } } } },
    ]
  ) assert((await check(wrong)).length > 0, JSON.stringify(wrong));
});
