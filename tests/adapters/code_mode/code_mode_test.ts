import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { SandboxedTool, ScriptFailed } from "../../../mod.ts";
import {
  type CodeMode,
  codeMode,
  type CodeModeOptions,
  mcpTools,
  resultText,
  runCode,
} from "../../../src/adapters/code_mode/mod.ts";
import { EventLoopWatch } from "../../hostile/event_loop_watch.ts";

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

Deno.test("runCode runs one program with tools of every kind", async () => {
  await using words = await SandboxedTool.load(
    "fixtures/tools/word_stats.wasm",
  );
  const result = await runCode(
    `const sum = await tools.math.add({ a: 1, b: 2 });
     const { words } = await tools.word_stats({ text: "to be or not" });
     console.log("so far", sum); console.warn("careful");
     return { sum, words };`,
    {
      tools: { "math.add": ({ a, b }) => a + b, word_stats: words },
    },
  );
  assert(result.ok);
  assertEquals(result.value, { sum: 3, words: 4 });
  assertEquals(result.stdout, "so far 3\n");
  assertEquals(result.stderr, "careful\n");
  assertEquals(
    result.calls.map(({ name, outcome }) => [name, outcome]),
    [["math.add", "answered"], ["word_stats", "answered"]],
  );
  assertEquals(result.calls[0]!.argumentBytes, '{"a":1,"b":2}'.length);
  assertEquals(result.calls[0]!.answerBytes, 1);
});

const TOOLS: CodeModeOptions["tools"] = {
  add: ({ a, b }) => a + b,
  echo: (args) => args,
  wait: async ({ ms }) => {
    await pause(ms);
    return ms;
  },
  once: { maxCalls: 1, execute: () => "once" },
  fails: () => {
    throw new Error("no such city");
  },
};

async function withMode(
  options: Partial<CodeModeOptions>,
  act: (mode: CodeMode) => Promise<void>,
): Promise<void> {
  await using mode = codeMode({ tools: TOOLS, ...options });
  await act(mode);
}

Deno.test("Calls that are made together run side by side, and each gets its own answer", async () => {
  let running = 0;
  let most = 0;
  const visit = async ({ n }: { n: number }) => {
    most = Math.max(most, ++running);
    await pause(20);
    running--;
    return n * 2;
  };
  await withMode(
    { tools: { visit }, budgets: { inFlight: 8 } },
    async (mode) => {
      const result = await mode.run(
        `return await Promise.all(Array.from({ length: 40 }, (_, n) => tools.visit({ n })))`,
      );
      assert(result.ok, resultText(result));
      assertEquals(result.value, Array.from({ length: 40 }, (_, n) => n * 2));
      assertEquals(most, 8);
      const race = await mode.run(
        `return await Promise.race([tools.visit({ n: 1 }), new Promise((done) => setTimeout(done, 1, "timer"))])`,
      );
      assertEquals(race.ok && race.value, "timer");
    },
  );
});

Deno.test("The state of one run is not seen by the next", async () => {
  await withMode({}, async (mode) => {
    for (let round = 0; round < 3; round++) {
      const result = await mode.run(
        "globalThis.n = (globalThis.n ?? 0) + 1; Array.prototype.x = 1; return n",
      );
      assertEquals(result.ok && result.value, 1);
    }
  });
});

Deno.test("What a program throws comes back with its line, and a tool's error is a tool's", async () => {
  await withMode({}, async (mode) => {
    const own = await mode.run("const a = {};\n\nreturn a.b.c;");
    assert(!own.ok && own.error instanceof ScriptFailed);
    assertEquals(own.error.position, {
      file: "program.js",
      line: 3,
      column: 8,
    });
    assertEquals(own.line, "return a.b.c;");
    const tool = await mode.run("const x = 1;\nawait tools.fails({ x });");
    assert(!tool.ok && tool.error instanceof ScriptFailed);
    assertEquals(tool.error.thrownName, "ToolError");
    assertEquals(tool.error.hostFunction, "fails");
    assertEquals(tool.line, "await tools.fails({ x });");
    assertStringIncludes(resultText(tool), "no such city");
    const caught = await mode.run(
      "try { await tools.fails({}) } catch (e) { return [e.name, e.message, e.tool] }",
    );
    assertEquals(caught.ok && caught.value, [
      "ToolError",
      "no such city",
      "fails",
    ]);
  });
});

Deno.test("TypeScript runs as it is", async () => {
  await withMode({}, async (mode) => {
    const result = await mode.run(
      `interface Pair { a: number; b: number }
       const pair: Pair = { a: 20, b: 22 };
       const sum = await tools.add(pair) as number;
       return sum satisfies number;`,
    );
    assert(result.ok, resultText(result));
    assertEquals(result.value, 42);
    const thrown = await mode.run(
      "const n: number = 1;\nthrow new Error(`${n}`);",
    );
    assertEquals(thrown.ok || thrown.line, "throw new Error(`${n}`);");
    const neither = await mode.run("this is neither");
    assert(!neither.ok);
    assertStringIncludes(neither.error.message, "SyntaxError");
  });
});

Deno.test("The gate approves, denies and changes calls", async () => {
  const seen: unknown[] = [];
  await withMode({
    gate: async ({ name, args, number }) => {
      await pause(1);
      seen.push([name, number]);
      const { a } = args as { a?: number };
      if (a === 1) return { deny: "not one" };
      if (a === 2) return { args: { a: 100, b: 100 } };
      if (a === 3) throw new Error("gate is broken");
      return a !== 4;
    },
  }, async (mode) => {
    const result = await mode.run(
      `const out = [];
       for (const a of [0, 1, 2, 3, 4]) {
         try { out.push(await tools.add({ a, b: 1 })) } catch (e) { out.push(e.message) }
       }
       return out;`,
    );
    assert(result.ok);
    assertEquals(result.value, [
      1,
      "The call was denied: not one",
      200,
      "gate is broken",
      "The call was denied",
    ]);
    assertEquals(seen.length, 5);
    assertEquals(
      result.calls.map(({ outcome }) => outcome),
      ["answered", "denied", "answered", "denied", "denied"],
    );
  });
});

Deno.test("Budgets bound calls, arguments, answers and the program", async () => {
  const budgets = {
    calls: 3,
    argumentBytes: 1_000,
    answerBytes: 1_500,
    sourceLength: 500,
  };
  const programs: readonly [string, string, string][] = [
    [
      "for (let i = 0; i < 5; i++) await tools.add({ a: i, b: i })",
      "calls",
      "3 calls",
    ],
    ["await tools.echo('x'.repeat(2000))", "argumentBytes", "1000 bytes"],
    [
      "for (;;) await tools.echo('x'.repeat(900))",
      "argumentBytes",
      "1000 bytes",
    ],
    ["await tools.long()", "answerBytes", "1500 bytes"],
    [`'${"x".repeat(600)}'`, "sourceLength", "500"],
  ];
  const tools = { ...TOOLS, long: () => "x".repeat(2_000) };
  await withMode({ tools, budgets }, async (mode) => {
    for (const [code, exhausted, says] of programs) {
      const result = await mode.run(code);
      assert(!result.ok, code);
      assertEquals(result.exhausted, exhausted);
      assertStringIncludes(result.error.message, says);
    }
    const once = await mode.run("await tools.once(); await tools.once()");
    assertStringIncludes(resultText(once), "No more than 1 calls of it");
    assertEquals(once.exhausted, undefined);
  });
});

Deno.test("A program that forges what it sends is told so in bounds", async () => {
  // What joins the calls of a turn is the program's to replace.
  const forge = (call: string) =>
    `const list = Array.from({ length: 60000 }, (_, i) => ${call});
     const forged = list.join();
     Array.prototype.join = () => forged;
     await tools.echo(1)`;
  await withMode({}, async (mode) => {
    for (
      const [call, most] of [
        ['`[${i + 5},"none"]`', 200],
        ['`[${i + 5},"echo",1]`', 400],
        ['`[5,"echo",1]`', 400],
        ['`[5,"__proto__",1]`', 200],
        ['`[${-i},"once"]`', 200],
      ] as const
    ) {
      const watch = new EventLoopWatch();
      watch.start();
      const result = await mode.run(forge(call));
      const { workedMs } = await watch.stop();
      assertEquals(result.ok || result.error.kind, "ExecutionFailed", call);
      assert(result.calls.length < most, `${call}: ${result.calls.length}`);
      assert(workedMs < 150, `${call}: held up for ${workedMs} ms`);
    }
    const after = await mode.run("return await tools.echo(2)");
    assertEquals(after.ok && after.value, 2);
  });
});

Deno.test("A program that ends leaves no call behind: each is told, and noted", async () => {
  let aborted = 0;
  const tools: CodeModeOptions["tools"] = {
    never: (_, { signal }) =>
      new Promise((_, reject) =>
        signal.addEventListener("abort", () => {
          aborted++;
          reject(signal.reason);
        })
      ),
  };
  await withMode({ tools }, async (mode) => {
    const left = await mode.run(
      "tools.never(); tools.never(); await new Promise((d) => setTimeout(d, 5)); return 1",
    );
    assertEquals(left.ok && left.value, 1);
    assertEquals(left.calls.map(({ outcome }) => outcome), [
      "stopped",
      "stopped",
    ]);
    assertStringIncludes(
      resultText(left),
      "Calls that had not ended: 2, the first of never: The program ended first",
    );
    assertEquals(aborted, 2);
    const late = await mode.run("await tools.never()", { timeout: 100 });
    assertEquals(late.ok || late.error.kind, "TimeoutExceeded");
    const controller = new AbortController();
    const running = mode.run("await tools.never()", {
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(new Error("enough")), 50);
    await assertRejects(() => running, Error, "enough");
    assertEquals(aborted, 4);
  });
});

Deno.test("What is printed before a limit comes back", async () => {
  await withMode({}, async (mode) => {
    const result = await mode.run("console.log('before'); for (;;);", {
      timeout: 200,
    });
    assertEquals(result.ok, false);
    assertEquals(result.stdout, "before\n");
  });
});

Deno.test("Code mode is a tool as any other", async () => {
  await withMode({ name: "code" }, async (mode) => {
    assertEquals(mode.schema().name, "code");
    assertStringIncludes(mode.schema().description, "add(args: unknown)");
    assertEquals(await mode.execute({ code: "return [1]" }), [1]);
    assertEquals(await mode.execute({ code: "const a = 1;" }), null);
    await assertRejects(
      () => mode.execute({ code: "throw new Error('x')" }),
      ScriptFailed,
    );
    await assertRejects(() => mode.execute({}), TypeError, "code");
    assertEquals(await mode.text("return 'plain'"), "plain");
  });
});

Deno.test("A tool that runs code is answered, or told that there is no room", async () => {
  const mode: CodeMode = codeMode({
    tools: {
      again: async ({ code }) => {
        const result = await mode.run(code);
        return result.ok ? result.value : result.error.kind;
      },
    },
    config: { maxWorkers: 2 },
  });
  await using _ = mode;
  const once = await mode.run("return await tools.again({ code: 'return 7' })");
  assertEquals(once.ok && once.value, 7);
  const code = JSON.stringify("return await tools.again({ code: 'return 7' })");
  const twice = await mode.run(`return await tools.again({ code: ${code} })`);
  assertEquals(twice.ok && twice.value, "Busy");
});

Deno.test("mcpTools brings the tools of a server, and their errors", async () => {
  const client = {
    listTools: () =>
      Promise.resolve({
        tools: [{ name: "get-weather", description: "Weather" }, {
          name: "broken",
        }],
      }),
    callTool: (
      { name, arguments: args }: {
        name: string;
        arguments: Record<string, unknown>;
      },
    ) =>
      Promise.resolve(
        name === "broken"
          ? { isError: true, content: [{ type: "text", text: "it broke" }] }
          : { structuredContent: { of: args["city"] }, content: [] },
      ),
  };
  const tools = await mcpTools(client, "weather");
  await withMode({ tools }, async (mode) => {
    const result = await mode.run(
      `const { of } = await tools.weather.get_weather({ city: "Oslo" });
       try { await tools.weather.broken() } catch (e) { return [of, e.message] }`,
    );
    assertEquals(result.ok && result.value, ["Oslo", "it broke"]);
  });
});

Deno.test("A tool may stand in another one, in any order", async () => {
  const one = (name: string) => [name, () => name] as const;
  const names = ["a.b.c", "a", "a.call", "a.b", "toString", "__proto__.then"];
  for (const order of [names, names.toReversed()]) {
    await withMode(
      { tools: Object.fromEntries(order.map(one)) },
      async (mode) => {
        const result = await mode.run(
          `return [${names.map((name) => `await tools.${name}()`).join()}]`,
        );
        assertEquals(result.ok && result.value, names);
      },
    );
  }
});

Deno.test("Wrong options are refused", () => {
  const wrong: readonly [Partial<CodeModeOptions>, string][] = [
    [
      { tools: { a: 1 } as unknown as CodeModeOptions["tools"] },
      "no function execute",
    ],
    [{ tools: { "a-b": () => 1, a_b: () => 2 } }, "two named a_b"],
    [{ tools: { a: () => 1, "a.name": () => 2 } }, "a can't hold"],
    [{ tools: { "a.b.length.c": () => 1, "a.b": () => 2 } }, "a.b can't hold"],
    [{ tools: { a: () => 1, "a.__proto__.b": () => 2 } }, "a can't hold"],
    [{ budgets: { calls: -1 } }, "calls"],
    [{ budgets: { bogus: 1 } as object }, "bogus"],
  ];
  for (const [options, message] of wrong) {
    try {
      codeMode({ tools: TOOLS, ...options });
      throw new Error("it was taken");
    } catch (error) {
      assertStringIncludes(String(error), message);
    }
  }
});

Deno.test("Arguments and answers are held to the schemas of a tool", async () => {
  let calls = 0;
  const number = { type: "number" };
  await using mode = codeMode({
    tools: {
      half: {
        parameters: {
          type: "object",
          properties: { of: { ...number, maximum: 100 } },
          additionalProperties: false,
        },
        outputSchema: number,
        execute: ({ of = 2 }) => {
          calls++;
          return of === 13 ? "unlucky" : of / 2;
        },
      },
    },
  });
  assertEquals(await valueOf(mode, "return await tools.half({ of: 8 })"), 4);
  assertEquals(await valueOf(mode, "return await tools.half()"), 1);
  const wrong = [
    ["{ of: '8' }", "refused", "The arguments do not fit"],
    ["{ of: 101 }", "refused", "The arguments do not fit"],
    ["{ off: 8 }", "refused", "The arguments do not fit"],
    ["[8]", "refused", "The arguments do not fit"],
    ["{ of: 13 }", "failed", "The tool's answer does not fit"],
  ] as const;
  for (const [args, outcome, message] of wrong) {
    calls = 0;
    const result = await mode.run(
      `try { await tools.half(${args}) } catch (e) { return e.message }`,
    );
    assert(result.ok);
    assertStringIncludes(String(result.value), message);
    assertEquals(result.calls[0]?.outcome, outcome);
    assertEquals(calls, outcome === "failed" ? 1 : 0);
  }
});

Deno.test("What the gate changes is held to the schema too", async () => {
  await using mode = codeMode({
    tools: {
      show: {
        parameters: { type: "object", properties: { a: { type: "string" } } },
        execute: ({ a }: { a: string }) => a,
      },
    },
    gate: ({ args }) => ({ args: { a: (args as { a: number }).a } }),
  });
  const result = await mode.run("return await tools.show({ a: 1 })");
  assert(!result.ok);
  assertStringIncludes(result.error.message, "The arguments do not fit");
});

async function valueOf(mode: CodeMode, code: string): Promise<unknown> {
  const result = await mode.run(code);
  if (!result.ok) throw result.error;
  return result.value;
}

Deno.test("A sandboxed tool is held to limits and constraints beside its own schema", async () => {
  await using words = await SandboxedTool.load(
    "fixtures/tools/word_stats.wasm",
  );
  const constraints = {
    type: "object",
    properties: { text: { maxLength: 5 } },
  };
  const tools = { words: { tool: words, maxCalls: 2, constraints } };
  await withMode({ tools }, async (mode) => {
    assertStringIncludes(mode.declarations, "text: string");
    assert(!mode.declarations.includes("5"));
    const result = await mode.run(
      `const told = [];
       for (const text of [7, "too long", "to be", "a"]) {
         try { told.push((await tools.words({ text })).words) }
         catch (error) { told.push(error.message) }
       }
       return told;`,
    );
    assert(result.ok, resultText(result));
    assertEquals(result.value, [
      'The arguments do not fit: Argument "text": expected a string, got 7',
      'The arguments are not allowed: Argument "text": expected a string of at most 5 characters, got the string "too long"',
      "No more than 2 calls of it are allowed",
      "No more than 2 calls of it are allowed",
    ]);
    assertEquals(
      result.calls.every(({ outcome }) => outcome === "refused"),
      true,
    );
    const fine = await mode.run(
      `return (await tools.words({ text: "a b" })).words`,
    );
    assertEquals(fine.ok && fine.value, 2);
  });
});

Deno.test("A model is told which limit of the box ended a program, and what is missing", async () => {
  const config = {
    maxExecutionTime: 5_000,
    maxMemoryBytes: 32 * 1_048_576,
    maxOutputBytes: 1_000,
    maxFuel: 2_000_000_000,
  };
  await withMode({ config }, async (mode) => {
    const text = async (code: string, options = {}) =>
      resultText(await mode.run(code, options));
    assertStringIncludes(
      await text("for (;;);", { timeout: 100 }),
      "used up: time, 100 ms",
    );
    assertStringIncludes(
      await text("const a = []; for (;;) a.push(new Uint8Array(1e6))"),
      "used up: memory, 33554432 bytes",
    );
    assertStringIncludes(
      await text("for (;;);", { maxFuel: 20_000_000 }),
      "used up: fuel, 20000000",
    );
    const flood = await mode.run(`console.log("x".repeat(5_000)); return 1`);
    assertEquals([flood.ok, flood.isOutputCut], [true, true]);
    assertStringIncludes(
      resultText(flood),
      "It printed more, which was cut off",
    );
    const quiet = await mode.run("return 1");
    assertEquals(quiet.isOutputCut, false);
    assertEquals(resultText(quiet), "1");
  });
});
