/** The sandboxed interpreter: fresh at first, then from a snapshot. */

import {
  type CallOptions,
  type CallResult,
  type JsonValue,
  type SandboxedModule,
  SandboxedTool,
  type SandboxSession,
  type SessionOptions,
  type ToolSandbox,
} from "../../../mod.ts";
import { interpreterStream } from "../../interpreters/javascript/interpreter_bytes.ts";

/** Runs requests, each in the same fresh state. */
export class Interpreter {
  readonly #sandbox: ToolSandbox;
  #loading: Promise<SandboxedModule> | undefined;
  #tool: Promise<SandboxedTool> | undefined;
  #calls = 0;
  #keeping: Promise<void> | undefined;

  constructor(sandbox: ToolSandbox) {
    this.#sandbox = sandbox;
  }

  /** Loads what is needed for the first request. */
  async warm(): Promise<SandboxedTool> {
    return await (this.#tool ??= this.#create());
  }

  /** Calls the interpreter; never throws because of a guest. */
  async call(
    request: JsonValue,
    options: CallOptions,
  ): Promise<CallResult<JsonValue>> {
    const tool = await this.warm();
    // A single call completes before a snapshot would.
    if (++this.#calls > 1) this.#keeping ??= this.#keep();
    return await tool.call(request, options);
  }

  /** Opens an instance that keeps its state from request to request. */
  async session(options: SessionOptions): Promise<SandboxSession> {
    await this.warm();
    return await this.#sandbox.session(await this.#loading!, options);
  }

  /** Waits for pending work. */
  async settle(): Promise<void> {
    await this.#keeping;
  }

  async #create(): Promise<SandboxedTool> {
    this.#loading = this.#sandbox.loadModule(interpreterStream());
    return await SandboxedTool.create(this.#sandbox, await this.#loading);
  }

  /**
   * Takes a snapshot for later requests; the current one does not wait for it.
   */
  async #keep(): Promise<void> {
    try {
      const snapshot = await this.#sandbox.snapshot(await this.#loading!);
      const tool = await SandboxedTool.create(this.#sandbox, snapshot);
      this.#tool = Promise.resolve(tool);
    } catch {
      // The sandbox was closed or is at its limit: fresh instances still work.
    }
  }
}
