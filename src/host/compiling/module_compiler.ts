/** Compiles modules, the large ones in a thread of their own. */

import {
  CompilationFailed,
  MemoryLimitExceeded,
  WorkerLost,
} from "../../errors.ts";
import { type CompiledModule, compileModule } from "../../prepare/compile.ts";
import { countTypes, type PrepareOptions } from "../../prepare/prepare.ts";
import { startBackgroundWorker } from "../background_worker.ts";
import { within } from "../within.ts";

/** Smaller modules are prepared sooner than a thread has started. */
const OWN_THREAD_BYTES = 1024 * 1024;
/** Preparation is bounded by the limits of a module; this is only a last end. */
const COMPILE_MS = 120_000;

/** What is posted to a compiling thread. */
export interface CompileRequest {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly options: PrepareOptions;
}

/** What a compiling thread posts back; errors lose their class on the way. */
export type CompileReply =
  | ({ readonly type: "compiled" } & CompiledModule)
  | {
    readonly type: "failed";
    readonly reason: string;
    readonly offset: number | undefined;
  }
  | { readonly type: "too large"; readonly message: string };

/**
 * Prepares and compiles a module. The bytes are given away: a large module's
 * are moved to its thread.
 *
 * @throws {CompilationFailed} when the bytes are no module, or one that can't
 * be bounded.
 * @throws {MemoryLimitExceeded} when it declares more memory than the limit.
 */
export async function compile(
  bytes: Uint8Array<ArrayBuffer>,
  options: PrepareOptions,
): Promise<CompiledModule> {
  if (bytes.length < OWN_THREAD_BYTES) {
    return await compileModule(bytes, options);
  }
  countTypes(bytes);
  const reply = await compileInThread({ bytes, options });
  switch (reply.type) {
    case "compiled":
      return reply;
    case "failed":
      throw new CompilationFailed(reply.reason, reply.offset);
    case "too large":
      throw new MemoryLimitExceeded(options.maxMemoryBytes, reply.message);
  }
}

async function compileInThread(request: CompileRequest): Promise<CompileReply> {
  const url = new URL("./compile_worker.ts", import.meta.url);
  const worker = startBackgroundWorker(url, "none");
  const { promise, resolve, reject } = Promise.withResolvers<CompileReply>();
  worker.onmessage = ({ data }: MessageEvent<CompileReply>) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new WorkerLost(`Compiling thread failed: ${event.message}`));
  };
  try {
    worker.postMessage(request, [request.bytes.buffer]);
    if (!await within(COMPILE_MS, promise.then(() => {}))) {
      throw new WorkerLost(`Module was not compiled within ${COMPILE_MS} ms`);
    }
    return await promise;
  } finally {
    worker.terminate();
  }
}
