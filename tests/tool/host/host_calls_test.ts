import {
  assert,
  assertEquals,
  assertLess,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  Busy,
  CompilationFailed,
  ExecutionFailed,
  type HostCallContext,
  HostFunctionError,
  type HostFunctions,
  type JsonValue,
  SandboxedTool,
  type SandboxOptions,
  TimeoutExceeded,
  ToolSandbox,
} from "../../../mod.ts";
import { EventLoopWatch } from "../../hostile/event_loop_watch.ts";
import { numericRelay, relay } from "./host_guest.ts";

const INVALID = -1;
const UNKNOWN = -2;
const LIMIT = -3;
const FAILED = -4;
const FAULT = -5;

/** A tool that calls the function `f`. */
function tool(
  f: HostFunctions[string],
  options: SandboxOptions = {},
): Promise<SandboxedTool> {
  return SandboxedTool.load(relay("f"), {
    maxWorkers: 1,
    functions: { f },
    ...options,
  });
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

Deno.test("A host function answers JSON, at once or later, whatever it is", async () => {
  const values: JsonValue[] = [
    null,
    true,
    -1.5,
    "tëxt\u0000\ufeff",
    [],
    { a: [{ b: null }], __proto__: 1 },
    "x".repeat(300_000),
  ];
  await using now = await tool((args) => args);
  await using later = await tool(async (args) => {
    await delay(1);
    return args;
  });
  for (const value of values) {
    assertEquals(await now.execute(value), value);
    assertEquals(await later.execute(value), value);
  }
  await using nothing = await tool(() => {});
  assertEquals(await nothing.execute({}), null);
});

Deno.test("A result lists what a guest called", async () => {
  await using echo = await tool((args) => args);
  const result = await echo.call({ a: 1 });
  const [call, ...others] = result.hostCalls;
  assertEquals(others, []);
  assertEquals(
    { ...call, durationMs: 0 },
    {
      name: "f",
      durationMs: 0,
      argumentBytes: 7,
      answerBytes: 7,
      outcome: "answered",
    },
  );
  assertEquals(result.hostCallCount, 1);
  assertEquals(JSON.parse(JSON.stringify(result)).hostCallCount, 1);
  const { sandbox } = echo;
  const module = await sandbox.loadModule(relay("f"));
  const many = await sandbox.call(module, "times", [1_200]);
  assertEquals(many.ok && many.value, [1_200]);
  assertEquals([many.hostCalls.length, many.hostCallCount], [1_000, 1_200]);
});

Deno.test("A guest is told what a HostFunctionError says, and of no other error", async () => {
  const secret = "/home/somebody/secret";
  const throwing: [() => unknown, string][] = [
    [() => {
      throw new HostFunctionError("no such city");
    }, "no such city"],
    [() => {
      throw new Error(secret);
    }, "Host function f failed"],
    [() => Promise.reject(new Error(secret)), "Host function f failed"],
    [() => {
      throw undefined;
    }, "Host function f failed"],
    [() => {
      throw {
        toString: () => {
          throw new Error(secret);
        },
      };
    }, "Host function f failed"],
  ];
  const cyclic: Record<string, unknown> = {};
  cyclic.itself = cyclic;
  const unusable: unknown[] = [
    cyclic,
    1n,
    {
      toJSON: () => {
        throw new Error(secret);
      },
    },
    {
      then: () => {
        throw new Error(secret);
      },
    },
    {
      get then() {
        throw new Error(secret);
      },
    },
  ];
  const all: [() => unknown, string][] = [
    ...throwing,
    ...unusable.map((value): [() => unknown, string] => [
      () => value,
      "Host function f failed",
    ]),
  ];
  for (const [f, text] of all) {
    await using failing = await tool(f);
    const result = await failing.call(null);
    assertEquals(result.ok && result.value, `${-FAILED}${text}`);
    assertEquals(result.hostCalls[0]?.outcome, "failed");
  }
});

Deno.test("A function that is not there, and arguments that are no JSON, are refused", async () => {
  let ran = 0;
  await using sandbox = new ToolSandbox({ functions: { f: () => ran++ } });
  const other = await sandbox.loadModule(relay("toString"));
  assertEquals(await sandbox.execute(other, "status", []), [UNKNOWN]);
  const module = await sandbox.loadModule(relay("f"));
  const raw = async (...args: number[]) =>
    (await sandbox.execute(module, "raw", args))[0];
  assertEquals(await raw(16, 1, 16, 1), INVALID); // "f" is no JSON
  assertEquals(await raw(16, 1, 0, 0), 1);
  assertEquals(await raw(16, 1, -1, 2), FAULT);
  assertEquals(await raw(-1, 1, 0, 0), FAULT);
  assertEquals(await raw(16, 1, 0, -1), FAULT);
  assertEquals(await raw(16, 257, 0, 0), INVALID);
  assertEquals(await raw(16, 1, 0, 2 ** 20 + 1), LIMIT);
  assertEquals(ran, 1);
});

Deno.test("A guest that imports cortex_host calls nothing where nothing is offered", async () => {
  await using sandbox = new ToolSandbox({ maxWorkers: 1 });
  const module = await sandbox.loadModule(relay("f"));
  assertEquals(await sandbox.execute(module, "status", []), [UNKNOWN]);
  assertEquals(sandbox.lostWorkers, 0);
});

Deno.test("A call brings functions of its own, which take the place of others", async () => {
  await using echo = await tool(() => "configured");
  const functions = { f: { handler: () => "own", description: "Mine." } };
  assertEquals(await echo.execute(null, { functions }), "own");
  assertEquals(await echo.execute(null), "configured");
  await assertRejects(
    // deno-lint-ignore no-explicit-any -- what types forbid
    () => echo.execute(null, { functions: { f: 1 as any } }),
    TypeError,
    "Cannot set functions",
  );
});

Deno.test("Each budget of host functions ends with an error for the guest", async () => {
  const budgets: [SandboxOptions["hostFunctionLimits"], number][] = [
    [{ calls: 3 }, 3],
    [{ argumentBytes: 4 * 4 }, 4],
    [{ answerBytes: 5 * 3 }, 5],
  ];
  for (const [hostFunctionLimits = {}, wanted] of budgets) {
    await using sandbox = new ToolSandbox({
      functions: { f: () => 123 },
      hostFunctionLimits,
    });
    const module = await sandbox.loadModule(relay("f"));
    const result = await sandbox.call(module, "times", [10]);
    assertEquals(result.ok && result.value, [wanted]);
    assertEquals(result.hostCallCount, 10);
    assertEquals(result.hostCalls.at(-1)?.outcome, "refused");
    // The next call has budgets of its own.
    assertEquals(await sandbox.execute(module, "times", [1]), [1]);
  }
  await using once = await tool({ handler: () => 1, maxCalls: 1 });
  const module = await once.sandbox.loadModule(relay("f"));
  assertEquals(await once.sandbox.execute(module, "times", [3]), [1]);
});

Deno.test("A function that takes too long is told so, and the guest goes on", async () => {
  const ways: [HostFunctions[string], SandboxOptions][] = [];
  let aborted = 0;
  const slow = (_: JsonValue, { signal }: HostCallContext) => {
    signal.addEventListener("abort", () => aborted++);
    return new Promise(() => {});
  };
  ways.push([{ handler: slow, timeout: 20 }, {}]);
  ways.push([slow, { hostFunctionLimits: { time: 20 } }]);
  for (const [f, options] of ways) {
    await using never = await tool(f, options);
    const result = await never.call(null);
    assertStringIncludes(String(result.ok && result.value), `${-LIMIT}Host`);
    assertEquals(result.hostCalls[0]?.outcome, "refused");
  }
  assertEquals(aborted, 2);
});

Deno.test("A function that never answers ends with its call, and is told so", async () => {
  const signals: AbortSignal[] = [];
  const answers: PromiseWithResolvers<unknown>[] = [];
  await using never = await tool((_, { signal }) => {
    signals.push(signal);
    const answer = Promise.withResolvers<unknown>();
    answers.push(answer);
    return answer.promise;
  });
  const timed = await never.call(null, { timeout: 50 });
  assert(!timed.ok && timed.error instanceof TimeoutExceeded);
  assertEquals(timed.hostCalls[0]?.outcome, "stopped");
  const aborter = new AbortController();
  const reason = new Error("enough");
  const call = never.execute(null, { signal: aborter.signal });
  while (signals.length < 2) await delay(1);
  aborter.abort(reason);
  assertEquals(await assertRejects(() => call, Error), reason);
  const other = new ToolSandbox({
    functions: {
      f: (_, { signal }) => {
        signals.push(signal);
        return new Promise(() => {});
      },
    },
  });
  const closed = other.call(await other.loadModule(relay("f")), "status");
  while (signals.length < 3) await delay(1);
  await other.close();
  const end = await closed;
  assertEquals(!end.ok && end.error.kind, "SandboxClosed");
  assertEquals(signals.map(({ aborted }) => aborted), [true, true, true]);
  assertEquals(signals[1]!.reason, reason);
  // What comes now finds nobody, and is nobody's unhandled rejection.
  answers[0]!.resolve("late");
  answers[1]!.reject(new Error("late"));
  await delay(10);
  const next = never.execute(null, { functions: { f: () => "own" } });
  assertEquals(await next, "own");
  assertEquals(never.sandbox.lostWorkers, 0);
});

Deno.test("Functions that answer at once, called all the time, leave others their turns", async () => {
  const watch = new EventLoopWatch();
  for (const f of [() => 1, () => Promise.resolve(1)]) {
    await using sandbox = new ToolSandbox({
      maxWorkers: 1,
      maxExecutionTime: 400,
      functions: { f },
      hostFunctionLimits: { calls: 1e9 },
    });
    const module = await sandbox.loadModule(relay("f"));
    watch.start();
    await assertRejects(
      () => sandbox.execute(module, "times", [2 ** 31 - 1]),
      TimeoutExceeded,
    );
    const { workedMs } = await watch.stop();
    assertLess(workedMs, 50);
  }
});

Deno.test("An answer of a gigabyte is refused, and costs no worker", async () => {
  const piece = "x".repeat(2 ** 26);
  await using huge = await tool(() => new Array(16).fill(piece));
  assertEquals(await huge.execute(null), `${-FAILED}Host function f failed`);
  await using large = await tool(() => piece + piece);
  assertStringIncludes(String(await large.execute(null)), `${-LIMIT}Host`);
  assertEquals(await large.execute(null, { functions: { f: () => 1 } }), 1);
  assertEquals(large.sandbox.lostWorkers, 0);
});

Deno.test("A function that calls its own tool again is told where no worker is free", async () => {
  for (const maxWorkers of [1, 2]) {
    await using sandbox = new ToolSandbox({
      maxWorkers,
      maxExecutionTime: 20_000,
    });
    const module = await sandbox.loadModule(relay("f"));
    const again = await SandboxedTool.create(sandbox, module);
    let deepest = 0;
    const depth = async (args: JsonValue): Promise<unknown> => {
      deepest = Math.max(deepest, args as number);
      const functions = { f: depth };
      try {
        return await again.execute((args as number) + 1, { functions });
      } catch (error) {
        assert(error instanceof Busy, String(error));
        assertStringIncludes(error.message, "raise maxWorkers");
        return args;
      }
    };
    const start = performance.now();
    const both = [1, 1].slice(0, maxWorkers)
      .map((one) => again.execute(one, { functions: { f: depth } }));
    const values = await Promise.all(both) as number[];
    assertEquals(Math.max(...values), deepest);
    assertLess(performance.now() - start, 15_000);
    // A call that is not made by a function waits as ever.
    const slow = { f: () => delay(50) };
    const calls = Array.from(
      { length: 4 },
      () => again.execute(null, { functions: slow }),
    );
    assertEquals(await Promise.all(calls), [null, null, null, null]);
  }
});

Deno.test("Functions of numbers have the types that a guest imports", async () => {
  const numbers = {
    i32: [2, -3],
    i64: [2n ** 62n, -1n],
    f32: [0.5, -0],
    f64: [1e300, Infinity],
  } as const;
  for (const [type, [a, b]] of Object.entries(numbers)) {
    const params = [type, type] as ("i32" | "i64" | "f32" | "f64")[];
    const given: unknown[] = [];
    await using sandbox = new ToolSandbox({
      numericFunctions: {
        combine: {
          params,
          results: [params[0]!],
          handler: (...args) => {
            given.push(...args);
            return type === "f32" ? Promise.resolve(args[0]) : args[0];
          },
        },
      },
    });
    const module = await sandbox.loadModule(numericRelay(params[0]!));
    assertEquals(await sandbox.execute(module, "combine", [a!, b!]), [a!]);
    assertEquals(given, [a, b]);
    const other = type === "i32" ? "f64" : "i32";
    await assertRejects(
      () => sandbox.loadModule(numericRelay(other)),
      CompilationFailed,
      `not as (${type}, ${type}) -> (${type})`,
    );
  }
  await using without = new ToolSandbox();
  await assertRejects(
    () => without.loadModule(numericRelay("i32")),
    CompilationFailed,
    "cortex_host_numeric",
  );
});

Deno.test("A function of numbers that answers something else ends the call", async () => {
  for (const answer of ["1", 1.5, 2 ** 32, [1, 2], undefined, 1n]) {
    await using sandbox = new ToolSandbox({
      numericFunctions: {
        combine: {
          params: ["i32", "i32"],
          results: ["i32"],
          handler: () => answer,
        },
      },
    });
    const module = await sandbox.loadModule(numericRelay("i32"));
    await assertRejects(
      () => sandbox.execute(module, "combine", [1, 2]),
      ExecutionFailed,
      "Host function combine failed",
    );
  }
});

Deno.test("Impossible functions are refused where they are set", () => {
  const wrong: SandboxOptions[] = [
    { functions: { "": () => 1 } },
    { functions: { "a b": () => 1 } },
    { functions: { ["x".repeat(129)]: () => 1 } },
    { functions: { f: { handler: () => 1, timeout: 0 } } },
    { functions: { f: { handler: () => 1, maxCalls: -1 } } },
    {
      numericFunctions: {
        f: {
          params: new Array(17).fill("i32"),
          handler: () => 1,
        },
      },
    },
    { hostFunctionLimits: { calls: -1 } },
    // deno-lint-ignore no-explicit-any -- what types forbid
    { hostFunctionLimits: { cals: 1 } as any },
    // deno-lint-ignore no-explicit-any -- what types forbid
    { functions: { f: { handler: () => 1, maxcalls: 1 } as any } },
    // deno-lint-ignore no-explicit-any -- what types forbid
    { numericFunctions: { f: { params: ["i31"], handler: () => 1 } as any } },
  ];
  for (const options of wrong) {
    const error = assertThrows(() => new ToolSandbox(options), Error);
    assertStringIncludes(error.message, "Cannot set");
  }
});
