/** WASI programs of the fixtures, run in one worker. */

import { assertEquals } from "@std/assert";
import {
  type RunOptions,
  type RunResult,
  type RunSuccess,
  SandboxConfig,
  type SandboxConfigBuilder,
  ToolSandbox,
} from "../../mod.ts";

const FIXTURES = new URL("../../fixtures/", import.meta.url);

/** Runs programs in one sandbox, whose only worker must outlive them all. */
export class Programs implements AsyncDisposable {
  readonly sandbox: ToolSandbox;

  constructor(
    configure: (builder: SandboxConfigBuilder) => SandboxConfigBuilder = (b) =>
      b,
  ) {
    const builder = SandboxConfig.builder().maxWorkers(1);
    this.sandbox = new ToolSandbox(configure(builder).build());
  }

  /** Runs a fixture such as `wasi/cat`, and throws why it failed if it did. */
  async run(name: string, options?: RunOptions): Promise<RunSuccess> {
    const result = await this.result(name, options);
    if (!result.ok) throw result.error;
    return result;
  }

  /** Runs a fixture, however it ends. */
  async result(name: string, options?: RunOptions): Promise<RunResult> {
    const url = new URL(`${name}.wasm`, FIXTURES);
    const module = await this.sandbox.loadModule(url);
    return await this.sandbox.run(module, options);
  }

  /** Checks that the same worker runs another program. */
  async assertReusable(): Promise<void> {
    const { exitCode } = await this.run("wasi/exit", { args: ["3"] });
    assertEquals([exitCode, this.sandbox.lostWorkers], [3, 0]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sandbox.close();
  }
}
