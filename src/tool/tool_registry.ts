/** A registry of an agent's tools by name, sandboxed or not. */

import {
  checkKnown,
  checkObject,
  checkWhole,
} from "../config/option_checks.ts";
import type { SandboxConfig } from "../config/sandbox_config.ts";
import type { SandboxOptions } from "../config/sandbox_options.ts";
import {
  type AnySandboxError,
  SandboxClosed,
  SandboxError,
  UnknownTool,
} from "../errors.ts";
import { quote } from "../quote.ts";
import { ArgumentCheck } from "./argument_check.ts";
import { argumentJson } from "./argument_json.ts";
import { CallGate } from "./call_gate.ts";
import { noRecord } from "./call_record.ts";
import { type CallResult, failed, valueOf } from "./call_result.ts";
import type { ModuleLoadOptions, ModuleSource } from "./module_source.ts";
import { callPlainTool } from "./plain_call.ts";
import { SandboxedTool, type ToolLoadOptions } from "./sandboxed_tool.ts";
import { isScript } from "./script/script_source.ts";
import type { JsonValue, Tool, ToolCallOptions, ToolSchema } from "./tool.ts";
import { ToolSandbox } from "./tool_sandbox.ts";

/** Options of a {@linkcode ToolRegistry}. */
export interface ToolRegistryOptions {
  /** Limits and grants for tools loaded without their own. */
  readonly config?: SandboxConfig | SandboxOptions | undefined;
  /**
   * The maximum number of concurrent calls over all tools; no limit by default.
   */
  readonly maxConcurrentCalls?: number | undefined;
  /** The maximum number of queued calls; 10 000 by default. */
  readonly maxQueuedCalls?: number | undefined;
}

/** Options of {@linkcode ToolRegistry.register}. */
export interface RegisterOptions {
  /** The name of the tool here; its schema's name by default. */
  readonly name?: string | undefined;
  /**
   * The maximum number of concurrent calls of this tool; no limit by default.
   */
  readonly maxConcurrentCalls?: number | undefined;
  /**
   * Whether arguments of a host program's tool are validated against its
   * schema; `true` by default. For sandboxed tools this is set when they are
   * loaded.
   */
  readonly validateArguments?: boolean | undefined;
}

/** Options of {@linkcode ToolRegistry.load}. */
export interface RegisteredLoadOptions
  extends RegisterOptions, ToolLoadOptions, ModuleLoadOptions {
  /** Limits and grants of this tool only; the registry's by default. */
  readonly config?: SandboxConfig | SandboxOptions | undefined;
}

/** A registered tool. */
interface Entry {
  readonly tool: Tool;
  readonly schema: ToolSchema;
  readonly gate: CallGate | undefined;
  readonly check: ArgumentCheck | undefined;
  /** Whether the registry loaded the tool, and so closes it. */
  readonly isOwn: boolean;
}

const NAME = /^[A-Za-z0-9_.-]{1,64}$/;
const MAX_CALLS = 1_000_000;
const DEFAULT_QUEUED_CALLS = 10_000;
/** Maximum number of tool names in a message; a model ignores longer lists. */
const MOST_NAMES = 20;

/**
 * The tools that an agent can call, by name: sandboxed tools and tools of the
 * host program.
 *
 * ```ts
 * import { ToolRegistry } from "@cortexai/sandbox";
 *
 * // A tool of 149 bytes, which answers with its arguments.
 * const ECHO = Uint8Array.fromBase64(
 *   "AGFzbQEAAAABDQJgAAJ/f2ACf38Cf38DAwIAAQUDAQABBysDBm1lbW9yeQIADV9fdG" +
 *     "9vbF9zY2hlbWEAAA5fX3Rvb2xfZXhlY3V0ZQABCg8CBgBBAEEuCwYAIAAgAQsLNAEA" +
 *     "QQALLnsibmFtZSI6ImVjaG8iLCJwYXJhbWV0ZXJzIjp7InR5cGUiOiJvYmplY3QifX" +
 *     "0=",
 * );
 *
 * await using tools = new ToolRegistry({ config: { maxExecutionTime: 2_000 } });
 * await tools.load(ECHO);
 * console.log(tools.list().map(({ name }) => name)); // [ "echo" ]
 * console.log(await tools.execute("echo", { text: "hi" })); // { text: "hi" }
 * ```
 */
export class ToolRegistry implements AsyncDisposable {
  readonly #config: SandboxConfig | SandboxOptions | undefined;
  readonly #gate: CallGate | undefined;
  readonly #mostWaiting: number;
  readonly #entries = new Map<string, Entry>();
  #sandbox: ToolSandbox | undefined;
  #isClosed = false;

  /**
   * Creates an empty registry.
   *
   * @param options Limits and grants of its tools, and concurrency limits.
   * @throws {TypeError} for an unknown option.
   * @throws {RangeError} for a value out of range.
   */
  constructor(options: ToolRegistryOptions = {}) {
    checkObject("options of a registry", options);
    checkKnown("options of a registry", options, [
      "config",
      "maxConcurrentCalls",
      "maxQueuedCalls",
    ]);
    const { config, maxConcurrentCalls, maxQueuedCalls } = options;
    this.#config = config;
    this.#mostWaiting = maxQueuedCalls === undefined
      ? DEFAULT_QUEUED_CALLS
      : checkWhole("maxQueuedCalls", maxQueuedCalls, 0, MAX_CALLS);
    this.#gate = this.#gateFor(maxConcurrentCalls);
  }

  /** The number of tools. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * Adds a tool. Closing the registry leaves it open.
   *
   * @param tool The tool.
   * @param options Its name here, and its concurrency limit.
   * @returns the registry.
   * @throws {TypeError} when a tool with this name exists, or the name is
   * invalid.
   * @throws {SandboxClosed} after {@linkcode close}.
   */
  register(tool: Tool, options: RegisterOptions = {}): this {
    checkKnown("options of a tool", options, [
      "name",
      "maxConcurrentCalls",
      "validateArguments",
    ]);
    this.#add(tool, options, false);
    return this;
  }

  /**
   * Loads a sandboxed tool and adds it. Tools without limits of their own share
   * one sandbox. Closing the registry closes the tool.
   *
   * @param source The module or script: bytes, a stream, a path or a URL.
   * @param options Its name here, its limits and grants, and load options.
   * @returns the tool.
   * @throws {SandboxError} when the tool can't be loaded.
   * @throws {TypeError} when a tool with this name exists.
   * @throws {SandboxClosed} after {@linkcode close}.
   */
  async load(
    source: ModuleSource,
    options: RegisteredLoadOptions = {},
  ): Promise<SandboxedTool> {
    const { config, name, maxConcurrentCalls, ...loading } = options;
    this.#checkOpen();
    const tool = await this.#loadTool(source, config, loading);
    try {
      this.#add(tool, { name, maxConcurrentCalls }, true);
    } catch (error) {
      await tool.close();
      throw error;
    }
    return tool;
  }

  /**
   * Whether there is a tool with this name.
   *
   * @param name The name of the tool.
   * @returns whether there is one.
   */
  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /**
   * Finds a tool.
   *
   * @param name The name of the tool.
   * @returns the tool; undefined when there is none.
   */
  get(name: string): Tool | undefined {
    return this.#entries.get(name)?.tool;
  }

  /**
   * The schema of each tool, under its name here.
   *
   * @returns a copy; changing it changes nothing here.
   */
  list(): ToolSchema[] {
    return [...this.#entries.values()].map(({ schema }) => schema);
  }

  /**
   * Removes a tool. Calls in flight end as usual.
   *
   * @param name The name of the tool.
   * @returns the tool, which the caller must close; undefined if there is none
   * with this name.
   */
  unregister(name: string): Tool | undefined {
    const entry = this.#entries.get(name);
    this.#entries.delete(name);
    return entry?.tool;
  }

  /**
   * Calls a tool by name.
   *
   * @param args Any JSON value that matches the tool's schema.
   * @param options The signal that aborts the call, and the context for tools
   * of the host program.
   * @param name The name of the tool.
   * @returns the JSON value that the tool returned.
   * @throws {UnknownTool} when there is no tool with this name.
   * @throws {InvalidArguments} when the arguments do not match its schema.
   * @throws {SandboxError} when the tool fails or exceeds a limit.
   * @throws the signal's reason when the call is aborted.
   */
  async execute(
    name: string,
    args: unknown,
    options: ToolCallOptions = {},
  ): Promise<JsonValue> {
    return valueOf(await this.call(name, args, options));
  }

  /**
   * Calls a tool by name; returns failures of a model or a tool instead of
   * throwing them.
   *
   * @param args Any JSON value that matches the tool's schema.
   * @param options The signal that aborts the call, and the context for tools
   * of the host program.
   * @param name The name of the tool.
   * @returns the value or the error, with what the call used.
   * @throws {TypeError} when `args` can't be JSON, or for an unknown option.
   * @throws the signal's reason when the call is aborted.
   */
  async call(
    name: string,
    args: unknown,
    options: ToolCallOptions = {},
  ): Promise<CallResult<JsonValue>> {
    checkKnown("options of a call", options, [
      "signal",
      "context",
      "onStderr",
    ]);
    if (this.#isClosed) return failed(closedError(), noRecord());
    const entry = this.#entries.get(name);
    if (!entry) return failed(this.#unknown(name), noRecord());
    const { signal } = options;
    const own = () => callEntry(entry, args, options);
    const gated = () => entry.gate ? entry.gate.run(own, signal) : own();
    try {
      return await (this.#gate ? this.#gate.run(gated, signal) : gated());
    } catch (error) {
      if (!(error instanceof SandboxError) || signal?.aborted) throw error;
      return failed(error as AnySandboxError, noRecord());
    }
  }

  /**
   * Closes the tools that it loaded; their calls then fail with
   * `SandboxClosed`.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { tool, isOwn } of this.#entries.values()) {
      if (isOwn) await (tool as SandboxedTool).close();
    }
    this.#entries.clear();
    await this.#sandbox?.close();
  }

  /** The same as {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #loadTool(
    source: ModuleSource,
    config: SandboxConfig | SandboxOptions | undefined,
    options: ToolLoadOptions & ModuleLoadOptions,
  ): Promise<SandboxedTool> {
    if (config !== undefined) {
      return await SandboxedTool.load(source, config, options);
    }
    const sandbox = this.#sandbox ??= new ToolSandbox(this.#config);
    if (isScript(source)) {
      return await SandboxedTool.create(sandbox, source, options);
    }
    const { schema, validateArguments, source: _, ...loading } = options;
    const module = await sandbox.loadModule(source, loading);
    const isNamed = typeof source === "string" || source instanceof URL;
    return await SandboxedTool.create(sandbox, module, {
      schema,
      validateArguments,
      source: isNamed ? source : undefined,
    });
  }

  #add(tool: Tool, options: RegisterOptions, isOwn: boolean): void {
    this.#checkOpen();
    const said = tool.schema();
    const name = options.name ?? said.name;
    if (typeof name !== "string" || !NAME.test(name)) {
      throw new TypeError(
        `Cannot register tool: expected a name of 1 to 64 letters, digits, _ - ., got ${
          quote(name)
        }`,
      );
    }
    if (this.#entries.has(name)) {
      throw new TypeError(
        `Cannot register tool: there is one named ${quote(name)} already`,
      );
    }
    const isChecked = !(tool instanceof SandboxedTool) &&
      options.validateArguments !== false;
    const schema = name === said.name ? said : { ...said, name };
    this.#entries.set(name, {
      tool,
      schema,
      gate: this.#gateFor(options.maxConcurrentCalls),
      check: isChecked ? new ArgumentCheck(schema) : undefined,
      isOwn,
    });
  }

  #gateFor(most: number | undefined): CallGate | undefined {
    if (most === undefined) return undefined;
    const checked = checkWhole("maxConcurrentCalls", most, 1, MAX_CALLS);
    return new CallGate(checked, this.#mostWaiting);
  }

  #unknown(name: string): UnknownTool {
    const names = [...this.#entries.keys()].slice(0, MOST_NAMES).map(quote);
    if (this.#entries.size > MOST_NAMES) names.push("…");
    const list = names.length === 0 ? "none" : names.join(", ");
    return new UnknownTool(
      `There is no tool named ${quote(name)}; there are ${list}`,
    );
  }

  #checkOpen(): void {
    if (this.#isClosed) throw closedError();
  }
}

async function callEntry(
  { tool, check }: Entry,
  args: unknown,
  options: ToolCallOptions,
): Promise<CallResult<JsonValue>> {
  if (tool instanceof SandboxedTool) {
    return await tool.call(args, {
      signal: options.signal,
      onStderr: options.onStderr,
    });
  }
  if (check) {
    const error = await check.errorOf(args, argumentJson(args).length);
    if (error) return failed(error, noRecord());
  }
  return await callPlainTool(tool, args, options);
}

function closedError(): SandboxClosed {
  return new SandboxClosed("Registry is closed");
}
