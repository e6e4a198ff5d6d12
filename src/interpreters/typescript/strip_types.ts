/**
 * Strips types from TypeScript, preserving lines and columns. The parser (swc,
 * as WebAssembly) runs in a worker without permissions, so source that crashes
 * it costs only the worker.
 */

import { CompilationFailed } from "../../errors.ts";
import type { StripAnswer } from "./strip_worker.ts";

/**
 * Maximum source length, as the parser takes several times its input in memory.
 */
const MAX_SOURCE_LENGTH = 1_048_576;
const MAX_MESSAGE_LENGTH = 500;

/**
 * Strips types.
 *
 * @param name The file name for messages.
 * @throws {CompilationFailed} when it is not TypeScript with erasable types
 * only, such as one with an `enum`.
 */
export async function stripTypes(
  source: string,
  name: string,
): Promise<string> {
  if (source.length > MAX_SOURCE_LENGTH) {
    throw new CompilationFailed(
      `Cannot load script: ${name} has ${source.length} characters, limit is ${MAX_SOURCE_LENGTH}`,
    );
  }
  const { code, message } = await ask(source);
  if (code !== undefined) return code;
  throw new CompilationFailed(
    `Cannot load script: ${name} is not TypeScript whose types can be taken out: ${
      message.slice(0, MAX_MESSAGE_LENGTH)
    }`,
  );
}

/**
 * Uses a worker that ends after its answer. Its module is imported nowhere
 * else: that would load the parser from npm even for users who never load
 * TypeScript.
 */
function ask(source: string): Promise<StripAnswer> {
  const worker = new Worker(new URL("./strip_worker.ts", import.meta.url), {
    type: "module",
    deno: { permissions: "none" },
  });
  const { promise, resolve } = Promise.withResolvers<StripAnswer>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    resolve({ code: undefined, message: event.message });
  };
  worker.postMessage(source);
  return promise.finally(() => worker.terminate());
}
