/** One shape of result, one set of options and a throwing twin for every call. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import {
  type CallOptions,
  type CallResult,
  FuelExhausted,
  SandboxedTool,
  SandboxError,
  type SandboxOptions,
  TimeoutExceeded,
  ToolRegistry,
  ToolSandbox,
} from "../../mod.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";

const FIXTURES = new URL("../../fixtures/", import.meta.url);
const FIELDS = [
  "usage",
  "stdout",
  "stderr",
  "isOutputCut",
  "files",
  "removed",
  "changes",
  "denied",
  "hostCalls",
  "hostCallCount",
  "ok",
];

/** Something that can be called in every way, and does or does not end. */
function callable(body: string): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const start = builder.type([], []);
  const one = builder.type(["i32"], ["i32"]);
  const two = builder.type(["i32", "i32"], ["i32"]);
  return builder.memory(1)
    .func(start, body)
    .func(one, `${body} local.get 0`)
    .func(two, `${body} local.get 1`)
    .func(one, "i32.const 16")
    .export("memory", "memory", 0)
    .export("_start", "function", 0)
    .export("number", "function", 1)
    .export("bytes", "function", 2)
    .export("room", "function", 3)
    .build();
}

type Call = (options: CallOptions) => Promise<CallResult<unknown>>;

/** Every way of calling, by its name. */
async function withCalls(
  { body, tool }: { readonly body: string; readonly tool: string },
  config: SandboxOptions,
  act: (name: string, call: Call) => Promise<void>,
): Promise<void> {
  await using sandbox = new ToolSandbox({ maxWorkers: 1, ...config });
  const module = await sandbox.loadModule(callable(body));
  const named = await SandboxedTool.create(
    sandbox,
    await sandbox.loadModule(new URL(tool, FIXTURES)),
  );
  const calls: Record<string, Call> = {
    "tool.call": (options) => named.call({}, options),
    "sandbox.call": (options) => sandbox.call(module, "number", [7], options),
    "sandbox.callBytes": (options) =>
      sandbox.callBytes(module, "bytes", new Uint8Array(3), "room", options),
    "sandbox.run": (options) => sandbox.run(module, options),
    "session.call": async (options) => {
      await using session = await sandbox.session(module);
      return await session.call("number", [7], options);
    },
  };
  for (const [name, call] of Object.entries(calls)) await act(name, call);
}

const ENDS = { body: "", tool: "tools/echo.wasm" };
const LOOPS = {
  body: "loop void br 0 end",
  tool: "hostile/loop_in_execute.wasm",
};

function assertShape(name: string, result: CallResult<unknown>): void {
  const own = Object.keys(result);
  assertEquals(FIELDS.filter((field) => !own.includes(field)), [], name);
  assert(own.includes(result.ok ? "value" : "error"), name);
  assertEquals(typeof result.file, "function", name);
  assertEquals(JSON.parse(JSON.stringify(result)).ok, result.ok, name);
}

Deno.test("Every kind of call answers in the same shape", async () => {
  const config = { maxFuel: 1_000_000n };
  await withCalls(ENDS, config, async (name, call) => {
    const result = await call({});
    assert(result.ok, name);
    assertShape(name, result);
  });
});

Deno.test("Every kind of call takes its limits and its signal", async () => {
  const config = { maxFuel: 2n ** 40n, maxExecutionTime: 20_000 };
  await withCalls(LOOPS, config, async (name, call) => {
    const late = await call({ timeout: 50 });
    assert(!late.ok, name);
    assertInstanceOf(late.error, TimeoutExceeded, name);
    assertEquals(late.error.limitMs, 50, name);
    assertShape(name, late);
    const empty = await call({ maxFuel: 1_000 });
    assert(!empty.ok, name);
    assertInstanceOf(empty.error, FuelExhausted, name);
    assertEquals(empty.error.fuelLimit, 1_000n, name);
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    const error = await assertRejects(() => call({ signal }), Error, "enough");
    assertEquals(error, reason, name);
    await assertRejects(
      () => call({ timout: 1 } as CallOptions),
      TypeError,
      "timout",
    );
  });
});

Deno.test("What a throwing twin throws has the result that the other gives", async () => {
  await using sandbox = new ToolSandbox({ maxExecutionTime: 100 });
  const module = await sandbox.loadModule(callable(LOOPS.body));
  await using registry = new ToolRegistry();
  const tool = await registry.load(new URL(LOOPS.tool, FIXTURES), {
    config: { maxExecutionTime: 100 },
  });
  const twins: Record<string, () => Promise<unknown>> = {
    "tool.execute": () => tool.execute({}),
    "registry.execute": () => registry.execute(tool.schema().name, {}),
    "sandbox.execute": () => sandbox.execute(module, "number", [7]),
  };
  for (const [name, execute] of Object.entries(twins)) {
    const error = await assertRejects(execute, SandboxError);
    assertEquals(error.kind, "TimeoutExceeded", name);
    const { result } = error as TimeoutExceeded & {
      readonly result?: CallResult<unknown>;
    };
    assert(result && !result.ok, name);
    assertEquals(result.error, error, name);
    assertShape(name, result);
    assertEquals(JSON.parse(JSON.stringify(error)).kind, error.kind, name);
  }
});
