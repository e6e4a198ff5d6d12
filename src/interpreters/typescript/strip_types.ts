/**
 * Takes the types out of TypeScript, so that lines and columns stay. The parser
 * (swc, as WebAssembly) runs in a worker without permissions: source that it
 * does not survive costs the worker only.
 */

import { CompilationFailed } from "../../errors.ts";
import type { StripAnswer } from "./strip_worker.ts";

/** A parser takes several times its input, and time in proportion. */
const MAX_SOURCE_LENGTH = 1_048_576;
const MAX_MESSAGE_LENGTH = 500;

/**
 * Takes the types out.
 *
 * @param name What the file is called in messages.
 * @throws {CompilationFailed} when it is not TypeScript whose types can be
 * taken out, such as one with an `enum`.
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
 * Asks a worker of its own, which is let go after it has answered. Its module is
 * named nowhere else: an import would bring the parser to everybody, from npm,
 * who never loads TypeScript.
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
