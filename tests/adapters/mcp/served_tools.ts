/** Tools that tests serve, and when calls of them ended. */

import { ToolRegistry } from "../../../mod.ts";
import { scriptedTool } from "./scripted_tool.ts";

const ECHO = new URL("../../../fixtures/tools/echo.wasm", import.meta.url);

/** Serves as a registry does, and keeps when each call ended. */
export class WatchedRegistry extends ToolRegistry {
  /** The names of tools, as calls of them ended. */
  readonly ended: string[] = [];

  override async call(
    ...args: Parameters<ToolRegistry["call"]>
  ): ReturnType<ToolRegistry["call"]> {
    try {
      return await super.call(...args);
    } finally {
      this.ended.push(args[0]);
    }
  }

  /** Waits until a call of a tool has ended; answers how long it took. */
  async untilEnded(name: string, mostMs = 10_000): Promise<number> {
    const start = performance.now();
    while (!this.ended.includes(name)) {
      if (performance.now() - start > mostMs) {
        throw new Error(`No call of ${name} ended within ${mostMs} ms`);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return performance.now() - start;
  }
}

/**
 * Loads tools: `echo`, `loop` that never ends, `trap`, and `talk`, which prints
 * to both streams, tells progress and answers with a list.
 */
export async function testTools(): Promise<WatchedRegistry> {
  const tools = new WatchedRegistry();
  await tools.load(ECHO);
  const printed = '{"jsonrpc":"2.0","id":1,"result":{}}\n';
  await tools.load(scriptedTool({
    schema: {
      name: "loop",
    },
    steps: [{ print: '{"progress":1}\n' }, "loop for ever"],
  }));
  await tools.load(scriptedTool({
    schema: { name: "talk", outputSchema: { type: "array" } },
    steps: [
      { print: printed, to: "stdout" },
      { print: '{"progress":1,"total":2}\nplain words\n' },
      { waitMs: 20 },
      { print: '{"progress":0}\n{"progress":2,"total":2,"message":"all"}\n' },
      { print: '{"level":"warning","message":"careful"}' },
    ],
    answer: [1, 2],
  }));
  tools.register({
    schema: () => ({
      name: "fail",
      description: "Fails.",
      parameters: { type: "object" },
      dangerous: false,
      metadata: {},
      requiredScopes: [],
      annotations: { openWorldHint: true },
    }),
    execute: () => Promise.reject(new Error("no luck today")),
  });
  return tools;
}
