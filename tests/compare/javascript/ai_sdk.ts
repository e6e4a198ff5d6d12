/** Vercel's code mode. */

import type { Subject } from "../subject.ts";
import { OFFERED_TOOLS } from "./offered_tools.ts";

// Not literals for `import`: only who compares has to load them.
const PACKAGE = "npm:@ai-sdk/code-mode@1.0.42";
const SDK = "npm:ai@7.0.85";

/** The part of the package that is used. */
interface CodeModePackage {
  experimental_runCodeMode(input: {
    js: string;
    tools: Record<string, unknown>;
    options: {
      executionPolicy: { timeoutMs: number; memoryLimitBytes: number };
    };
  }): Promise<unknown>;
}

/** The part of the SDK that is used. */
interface AiSdk {
  tool(options: unknown): unknown;
  jsonSchema(schema: unknown): unknown;
}

/** Its function that runs a program. */
export const AI_SDK: Subject<string> = {
  name: "@ai-sdk/code-mode 1.0.42",
  async open({ timeoutMs, memoryBytes }) {
    const { experimental_runCodeMode: run }: CodeModePackage = await import(
      PACKAGE
    );
    const { tool, jsonSchema }: AiSdk = await import(SDK);
    const tools = Object.fromEntries(
      Object.entries(OFFERED_TOOLS).map(([name, execute]) => [
        name,
        tool({
          description: name,
          inputSchema: jsonSchema({ type: "object" }),
          execute,
        }),
      ]),
    );
    const executionPolicy = { timeoutMs, memoryLimitBytes: memoryBytes };
    return {
      run: (js) => run({ js, tools, options: { executionPolicy } }),
      close: () => Promise.resolve(),
    };
  },
};
