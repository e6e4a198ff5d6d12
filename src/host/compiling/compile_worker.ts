/**
 * The entry of a compiling thread: large modules are prepared here, so that
 * the host's own event loop goes on meanwhile.
 */

import { CompilationFailed, MemoryLimitExceeded } from "../../errors.ts";
import { compileModule } from "../../prepare/compile.ts";
import type { CompileReply, CompileRequest } from "./module_compiler.ts";

/** The part of the worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<CompileRequest>) => void) | null;
  postMessage(message: CompileReply): void;
  close(): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = async ({ data }) => {
  scope.postMessage(await reply(data));
  scope.close();
};

async function reply(
  { bytes, options }: CompileRequest,
): Promise<CompileReply> {
  try {
    return { type: "compiled", ...await compileModule(bytes, options) };
  } catch (error) {
    if (error instanceof CompilationFailed) {
      const { reason, offset } = error;
      return { type: "failed", reason, offset };
    }
    if (error instanceof MemoryLimitExceeded) {
      return { type: "too large", message: error.message };
    }
    throw error;
  }
}
