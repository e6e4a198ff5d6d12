/** This package. */

import { codeMode } from "../../../src/adapters/code_mode/mod.ts";
import type { Subject } from "../subject.ts";
import { OFFERED_TOOLS } from "./offered_tools.ts";

/** Code mode. */
export const SANDBOX: Subject<string> = {
  name: "@cortexai/sandbox",
  async open({ timeoutMs, memoryBytes }) {
    const mode = codeMode({
      tools: OFFERED_TOOLS,
      config: { maxExecutionTime: timeoutMs, maxMemoryBytes: memoryBytes },
    });
    await mode.warm();
    return {
      async run(code) {
        const result = await mode.run(code);
        if (!result.ok) throw result.error;
        return result.value;
      },
      close: () => mode.close(),
    };
  },
};
