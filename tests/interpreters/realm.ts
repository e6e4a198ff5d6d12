/** The interpreter, and this one, asked to run the same programs. */

import {
  type JsonValue,
  type SandboxedModule,
  SandboxedTool,
  ToolSandbox,
} from "../../mod.ts";
import { interpreterBytes } from "../../src/interpreters/javascript/interpreter_bytes.ts";

/** The interpreter, asked as code mode asks it. */
export class Realm implements AsyncDisposable {
  readonly #sandbox = new ToolSandbox({ maxExecutionTime: 10_000 });
  #module: Promise<SandboxedModule> | undefined;

  async run(source: string): Promise<JsonValue | undefined> {
    this.#module ??= interpreterBytes()
      .then((bytes) => this.#sandbox.loadModule(bytes))
      .then((module) => this.#sandbox.snapshot(module));
    const tool = await SandboxedTool.create(this.#sandbox, await this.#module);
    const answer = await tool.execute({ op: "run", source, name: "test.js" });
    const { value, error } = answer as Record<string, JsonValue>;
    if (error) throw new Error(JSON.stringify(error));
    return value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sandbox.close();
  }
}

/** What the body of an async function gives here, as JSON. */
export async function outside(source: string): Promise<JsonValue> {
  const value = await new Function(`return (async () => {${source}})()`)();
  return JSON.parse(JSON.stringify(value));
}
