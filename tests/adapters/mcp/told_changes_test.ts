import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type CallResult,
  type JsonValue,
  SandboxConfig,
  SandboxedTool,
  type ToolSchema,
} from "../../../mod.ts";
import {
  type ChangePolicy,
  type McpTools,
  serveMcp,
} from "../../../src/adapters/mcp/mod.ts";
import { Client } from "@modelcontextprotocol/client";
import { annotate } from "../../../src/adapters/mcp/mcp_tools.ts";
import { settleChanges } from "../../../src/adapters/mcp/told_changes.ts";
import { joinedStreams, StreamClientTransport } from "./stream_client.ts";
import { OverlayGround, removes, writes } from "../../tool/overlay_ground.ts";

const SCHEMA: ToolSchema = {
  name: "change",
  description: "",
  parameters: { type: "object" },
  dangerous: false,
  metadata: {},
  requiredScopes: [],
};

/** What a client gets for one call of a tool that changes an overlay. */
async function answerOf(
  ground: OverlayGround,
  changes: ChangePolicy | undefined,
  meddle: () => void = () => {},
): Promise<Record<string, unknown> | undefined> {
  const tools: McpTools = {
    list: () => [SCHEMA],
    get: () => ({ schema: () => SCHEMA, execute: () => Promise.resolve(0) }),
    async call() {
      const result = await ground.run((p) => {
        writes(p, "a.txt", "new");
        return removes(p, "old.txt");
      });
      meddle();
      return result as unknown as CallResult<JsonValue>;
    },
  };
  const { client: streams, host } = joinedStreams();
  await using _server = serveMcp(tools, { ...host, changes });
  const client = new Client({ name: "test", version: "1" });
  await client.connect(new StreamClientTransport(streams));
  const { _meta } = await client.callTool({ name: "change", arguments: {} });
  await client.close();
  return _meta?.["cortexai.sandbox/changes"] as
    | Record<string, unknown>
    | undefined;
}

const FILES = { "a.txt": "one", "old.txt": "old" };

Deno.test("A client is told of changes, which are dropped by default", async () => {
  await using ground = new OverlayGround(FILES);
  const told = await answerOf(ground, undefined);
  assertEquals(
    (told?.list as { kind: string; path: string }[])
      .map(({ kind, path }) => `${kind} ${path}`),
    ["modified /work/a.txt", "removed /work/old.txt"],
  );
  assertEquals([told?.count, told?.committed], [2, false]);
  assertStringIncludes(String(told?.diff), "-one");
  assertEquals(ground.files(), FILES);
});

Deno.test("Changes are dropped untold, or carried out, where that is said", async () => {
  await using ground = new OverlayGround(FILES);
  assertEquals(await answerOf(ground, "drop"), undefined);
  assertEquals(ground.files(), FILES);
  const told = await answerOf(ground, "commit");
  assertEquals([told?.committed, told?.conflicts], [true, []]);
  assertEquals(ground.files(), { "a.txt": "new" });
});

Deno.test("A client is told what is in the way of changes", async () => {
  await using ground = new OverlayGround(FILES);
  const told = await answerOf(
    ground,
    "commit",
    () => Deno.writeTextFileSync(`${ground.host}/a.txt`, "meddled"),
  );
  assertEquals(told?.committed, false);
  assertEquals(told?.conflicts, [{
    path: "/work/a.txt",
    reason: "it was changed since it was read",
  }]);
  assertEquals(ground.files(), { ...FILES, "a.txt": "meddled" });
});

Deno.test("What is lost is told before what is made, and all in bounds", async () => {
  await using ground = new OverlayGround({ "z.txt": "last" });
  const result = await ground.run((p) => {
    for (let i = 0; i < 300; i++) writes(p, `a${i}`, "x".repeat(1_000));
    return removes(p, "z.txt");
  });
  const told = await settleChanges(
    result as unknown as CallResult<JsonValue>,
    "return",
  );
  assertEquals([told?.list.length, told?.count], [200, 301]);
  assertEquals(told!.list[0]!.path, "/work/z.txt");
  assert(told!.diff.length <= 65_537);
  assert(result.changes.isSettled);
});

Deno.test("A tool whose changes are carried out is not read-only", async () => {
  const url = new URL("../../../fixtures/tools/echo.wasm", import.meta.url);
  const config = SandboxConfig.builder()
    .allowedPath("/work", Deno.cwd(), { overlay: true }).build();
  await using tool = await SandboxedTool.load(url, config);
  const isReadOnly = (policy: ChangePolicy) =>
    annotate(tool.schema(), tool, policy).readOnlyHint;
  assertEquals(isReadOnly("return"), true);
  assertEquals(isReadOnly("commit"), false);
});
