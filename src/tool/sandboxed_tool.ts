/** A tool whose code is a module: JSON in, JSON out. */

import { Op } from "../channel/layout.ts";
import type { SandboxConfig } from "../config/sandbox_config.ts";
import { ExecutionFailed } from "../errors.ts";
import type { CallResult } from "./call_result.ts";
import { callCommand, commandSchema } from "./command_tool.ts";
import { parseGuestJson } from "./guest_json.ts";
import type { ModuleSource } from "./module_source.ts";
import { parseToolSchema } from "./parse_tool_schema.ts";
import {
  exportSignature,
  moduleInfo,
  type SandboxedModule,
} from "./sandboxed_module.ts";
import type { JsonValue, Tool, ToolCallOptions, ToolSchema } from "./tool.ts";
import { callModule, ToolSandbox } from "./tool_sandbox.ts";

/** Options of {@linkcode SandboxedTool.load} and `create`. */
export interface ToolLoadOptions {
  /**
   * The schema of a tool that is a WASI program, with JSON on standard input
   * and output. Without it, the module's custom section `tool_schema` is used,
   * or the file `NAME.schema.json` beside `NAME.wasm`.
   */
  readonly schema?: Partial<ToolSchema>;
}

const ENCODER = new TextEncoder();

/**
 * A tool that runs in a sandbox. Every call gets a fresh instance of its
 * module, so nothing that one call leaves behind is seen by the next.
 *
 * ```ts
 * import { SandboxedTool } from "@cortexai/sandbox";
 *
 * await using tool = await SandboxedTool.load(
 *   "fixtures/tools/echo.wasm"
 * );
 * console.log(tool.schema().name); // "echo"
 * console.log(await tool.execute({ text: "hi" })); // { text: "hi" }
 * ```
 */
export class SandboxedTool implements Tool, AsyncDisposable {
  /** The sandbox that runs the tool. */
  readonly sandbox: ToolSandbox;
  readonly #module: SandboxedModule;
  readonly #schema: ToolSchema;
  /** Whether it is a program, and not a library with the tool ABI. */
  readonly #isCommand: boolean;
  readonly #ownsSandbox: boolean;

  private constructor(parts: ToolParts, ownsSandbox: boolean) {
    this.sandbox = parts.sandbox;
    this.#module = parts.module;
    this.#schema = parts.schema;
    this.#isCommand = parts.isCommand;
    this.#ownsSandbox = ownsSandbox;
  }

  /**
   * Loads a tool into a sandbox of its own, which closes with the tool.
   *
   * @param source The module: bytes, a path or a URL.
   * @param config Limits and grants; the defaults when left out.
   * @param options The schema of a tool that is a program.
   * @throws {SandboxError} when the module can't be loaded or its schema can't
   * be used.
   */
  static async load(
    source: ModuleSource,
    config?: SandboxConfig,
    options: ToolLoadOptions = {},
  ): Promise<SandboxedTool> {
    const sandbox = new ToolSandbox(config);
    try {
      const module = await sandbox.loadModule(source);
      const parts = await toolParts(sandbox, module, options, source);
      return new SandboxedTool(parts, true);
    } catch (error) {
      await sandbox.close();
      throw error;
    }
  }

  /**
   * Makes a tool of a module that a sandbox has loaded. Closing the tool leaves
   * the sandbox open.
   *
   * @param options The schema of a tool that is a program.
   * @throws {SandboxError} when the module is no tool or its schema can't be
   * used.
   */
  static async create(
    sandbox: ToolSandbox,
    module: SandboxedModule,
    options: ToolLoadOptions = {},
  ): Promise<SandboxedTool> {
    const parts = await toolParts(sandbox, module, options, undefined);
    return new SandboxedTool(parts, false);
  }

  /** What the tool says about itself, asked once when it was loaded. */
  schema(): ToolSchema {
    return this.#schema;
  }

  /**
   * Calls the tool.
   *
   * @param args Any JSON value; the tool's schema says what it expects.
   * @returns the JSON value that the tool answered.
   * @throws {SandboxError} when the guest fails or meets a limit.
   * @throws {TypeError} when `args` can't be JSON.
   */
  async execute(args: unknown, options?: ToolCallOptions): Promise<JsonValue> {
    const result = await this.call(args, options);
    if (!result.ok) throw result.error;
    return result.value;
  }

  /**
   * Calls the tool, and never throws for what a guest does.
   *
   * @param args Any JSON value; the tool's schema says what it expects.
   * @returns the value or the error, with what the call used.
   * @throws {TypeError} when `args` can't be JSON.
   * @throws the signal's reason when the call is aborted.
   */
  async call(
    args: unknown,
    options: ToolCallOptions = {},
  ): Promise<CallResult<JsonValue>> {
    const payload = encodeArguments(args);
    const { sandbox } = this;
    const module = this.#module;
    if (this.#isCommand) {
      const { name } = this.#schema;
      const result = await callCommand(sandbox, module, name, payload, options);
      if (!result.ok) return result;
      const answer = parsed("Program", result);
      // What is no answer was meant to be read by somebody.
      return answer.ok ? answer : {
        ...answer,
        stdout: new TextDecoder("utf-8", { ignoreBOM: true }).decode(
          result.value,
        ),
      };
    }
    const call = { op: Op.Tool, meta: "", payload };
    const result = await callModule(sandbox, module, call, options);
    return result.ok ? parsed("__tool_execute", result) : result;
  }

  /** Closes the sandbox, if the tool was loaded into one of its own. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ownsSandbox) await this.sandbox.close();
  }
}

function encodeArguments(args: unknown): Uint8Array {
  const json = JSON.stringify(args);
  if (json === undefined) {
    throw new TypeError(`Cannot call tool: ${typeof args} is no JSON value`);
  }
  return ENCODER.encode(json);
}

function parsed(
  source: string,
  result: Extract<CallResult<Uint8Array>, { ok: true }>,
): CallResult<JsonValue> {
  try {
    return { ...result, value: parseGuestJson(source, result.value) };
  } catch (error) {
    if (!(error instanceof ExecutionFailed)) throw error;
    const { value: _, ...record } = result;
    return { ...record, ok: false, error };
  }
}

/** What a tool is made of. */
interface ToolParts {
  readonly sandbox: ToolSandbox;
  readonly module: SandboxedModule;
  readonly schema: ToolSchema;
  readonly isCommand: boolean;
}

async function toolParts(
  sandbox: ToolSandbox,
  module: SandboxedModule,
  { schema: given }: ToolLoadOptions,
  source: ModuleSource | undefined,
): Promise<ToolParts> {
  const names = module.exports;
  const isCommand = names.includes("_start") &&
    !names.includes("__tool_execute");
  if (given !== undefined && !isCommand) {
    throw new TypeError(
      "Cannot load tool: the schema option is for programs, this module has __tool_schema",
    );
  }
  const schema = isCommand
    ? await commandSchema(module, given, source)
    : await readSchema(sandbox, module);
  return { sandbox, module, schema, isCommand };
}

async function readSchema(
  sandbox: ToolSandbox,
  module: SandboxedModule,
): Promise<ToolSchema> {
  checkToolExports(module);
  const call = { op: Op.Schema, meta: "", payload: new Uint8Array() };
  const result = await callModule(sandbox, module, call, {});
  if (!result.ok) throw result.error;
  return parseToolSchema("__tool_schema", result.value);
}

/** What is missing is said at load, without running anything. */
function checkToolExports(module: SandboxedModule): void {
  const exportsMemory = moduleInfo(module).exports
    .some(({ name, kind }) => name === "memory" && kind === "memory");
  if (!exportsMemory) {
    throw new ExecutionFailed(
      'Module is no tool: it exports no memory "memory"',
    );
  }
  checkFunction(module, "__tool_schema", "");
  checkFunction(module, "__tool_execute", "i32,i32");
  if (module.exports.includes("__tool_alloc")) {
    checkFunction(module, "__tool_alloc", "i32", ["i32"]);
  }
}

function checkFunction(
  module: SandboxedModule,
  name: string,
  wantedParams: string,
  wantedResults: readonly string[] = ["i32,i32", "i64"],
): void {
  const { params, results } = exportSignature(module, name);
  if (
    params.join() !== wantedParams || !wantedResults.includes(results.join())
  ) {
    throw new ExecutionFailed(
      `Module is no tool: ${name} is (${params}) -> (${results}), expected (${wantedParams}) -> (${
        wantedResults.join(") or (")
      })`,
    );
  }
}
