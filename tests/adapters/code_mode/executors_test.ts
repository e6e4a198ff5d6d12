import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Executor } from "npm:@cloudflare/codemode@0.5.6";
import type { IsolateDriver } from "npm:@tanstack/ai-code-mode@0.3.4";
import { DynamicStructuredTool } from "npm:@langchain/core@1.4.0/tools";
import { type Tool, tool as aiTool } from "npm:ai@7.0.173";
import {
  aiCodeTool,
  CloudflareExecutor,
  codeMode,
  langChainCodeTool,
  TanStackDriver,
} from "../../../src/adapters/code_mode/mod.ts";

Deno.test("CloudflareExecutor is an Executor of @cloudflare/codemode", async () => {
  await using executor = new CloudflareExecutor();
  const asked: Executor = executor;
  const fns = {
    add: (args: unknown) => {
      const { a, b } = args as { a: number; b: number };
      return Promise.resolve(a + b);
    },
    fails: () => Promise.reject(new Error("no such city")),
  };
  const good = await asked.execute(
    "async () => { console.log('hi'); return await codemode.add({ a: 1, b: 2 }); }",
    fns,
  );
  assertEquals(good, { result: 3, logs: ["hi"] });
  const bad = await asked.execute("async () => await codemode.fails({})", fns);
  assertStringIncludes(bad.error ?? "", "no such city");
  const named = await asked.execute(
    "return [await math.twice(4), await text.mark('a')]",
    [
      {
        name: "math",
        fns: { add: fns.add },
        prelude: "math.twice = (n) => math.add({ a: n, b: n });",
      },
      { name: "text", fns: { mark: (text) => Promise.resolve(`${text}!`) } },
    ],
  );
  assertEquals(named.result, [8, "a!"]);
});

Deno.test("TanStackDriver is an IsolateDriver of @tanstack/ai-code-mode", async () => {
  const driver: IsolateDriver = new TanStackDriver();
  const context = await driver.createContext({
    timeout: 2_000,
    memoryLimit: 32,
    bindings: {
      external_add: {
        name: "add",
        description: "Adds",
        inputSchema: { type: "object" },
        execute: (args) => {
          const { a, b } = args as { a: number; b: number };
          return Promise.resolve(a + b);
        },
      },
    },
  });
  try {
    const good = await context.execute<number>(
      "console.log('sum'); return await external_add({ a: 1, b: 2 })",
    );
    assertEquals(good, { success: true, value: 3, logs: ["sum"] });
    const bad = await context.execute("null.x");
    assertEquals(bad.success, false);
    assertEquals(bad.error?.name, "TypeError");
    assertEquals(bad.error?.code, "ExecutionFailed");
  } finally {
    await context.dispose();
  }
});

Deno.test("aiCodeTool is a tool of the AI SDK", async () => {
  await using mode = codeMode({ tools: { add: ({ a, b }) => a + b } });
  const made: Tool<{ js: string }, string> = aiTool(aiCodeTool(mode));
  assertStringIncludes(String(made.description), "declare const tools");
  const call = { toolCallId: "1", messages: [], context: {} };
  const run = (js: string) => made.execute!({ js }, call);
  assertEquals(await run("return await tools.add({ a: 1, b: 2 })"), "3");
  assertStringIncludes(String(await run("null.x")), "TypeError");
});

Deno.test("langChainCodeTool makes a tool of LangChain", async () => {
  await using mode = codeMode({ tools: { add: ({ a, b }) => a + b } });
  const made = new DynamicStructuredTool(langChainCodeTool(mode));
  assertEquals(made.name, "eval");
  const code = "return await tools.add({ a: 1, b: 2 })";
  assertEquals(await made.invoke({ code }), "3");
});
