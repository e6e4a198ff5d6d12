/** This package. */

import { ToolSandbox } from "../../../mod.ts";
import type { Subject } from "../subject.ts";
import { answerOf } from "./answer_of.ts";
import { makeGround } from "./ground.ts";

/** A sandbox, with the module loaded anew for each run. */
export const SANDBOX: Subject<() => Uint8Array<ArrayBuffer>> = {
  name: "@cortexai/sandbox",
  async open({ timeoutMs, memoryBytes }) {
    const sandbox = new ToolSandbox({
      maxExecutionTime: timeoutMs,
      maxMemoryBytes: memoryBytes,
      allowedPaths: { "/data": { host: await makeGround(), write: true } },
    });
    return {
      async run(attack) {
        const module = await sandbox.loadModule(attack());
        const [answer] = await sandbox.execute(module, "run", []);
        return answerOf(Number(answer));
      },
      close: () => sandbox.close(),
    };
  },
};
