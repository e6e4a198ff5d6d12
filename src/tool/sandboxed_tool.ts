/** A tool whose code is a module: JSON in, JSON out. */

import type { CallOptions } from "../config/call_options.ts";
import type { SandboxConfig } from "../config/sandbox_config.ts";
import type { SandboxOptions } from "../config/sandbox_options.ts";
import { ExecutionFailed } from "../errors.ts";
import { ArgumentCheck } from "./argument_check.ts";
import { argumentJson } from "./argument_json.ts";
import { noRecord } from "./call_record.ts";
import { type CallResult, failed, valueOf } from "./call_result.ts";
import { COMMAND_CALL } from "./calls/program_call.ts";
import { SCHEMA_CALL, TOOL_CALL } from "./calls/tool_call.ts";
import { commandSchema } from "./command_tool.ts";
import type { ModuleLoadOptions, ModuleSource } from "./module_source.ts";
import {
  exportSignature,
  moduleInfo,
  type SandboxedModule,
} from "./sandboxed_module.ts";
import type { JsonValue, Tool, ToolSchema } from "./tool.ts";
import { callModule, ToolSandbox } from "./tool_sandbox.ts";

/** Options of {@linkcode SandboxedTool.load} and `create`. */
export interface ToolLoadOptions {
  /**
   * The schema of a tool that is a WASI program, with JSON on standard input
   * and output. Without it, the module's custom section `tool_schema` is used,
   * or the file `NAME.schema.json` beside `NAME.wasm`.
   */
  readonly schema?: Partial<ToolSchema> | undefined;
  /**
   * Whether arguments must fit the tool's schema for the tool to be called;
   * `true` by default.
   */
  readonly validateArguments?: boolean | undefined;
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
  readonly #check: ArgumentCheck | undefined;

  private constructor(
    parts: ToolParts,
    ownsSandbox: boolean,
    validateArguments: boolean = true,
  ) {
    this.sandbox = parts.sandbox;
    this.#module = parts.module;
    this.#schema = parts.schema;
    this.#isCommand = parts.isCommand;
    this.#ownsSandbox = ownsSandbox;
    if (validateArguments) this.#check = new ArgumentCheck(parts.schema);
  }

  /**
   * Loads a tool into a sandbox of its own, which closes with the tool.
   *
   * @param source The module: bytes, a stream, a path or a URL.
   * @param config Limits and grants, as a configuration or as plain options;
   * the defaults when left out.
   * @param options The schema of a tool that is a program, the hash that the
   * module must have, and limits of the download.
   * @throws {SandboxError} when the module can't be loaded or its schema can't
   * be used.
   */
  static async load(
    source: ModuleSource,
    config?: SandboxConfig | SandboxOptions,
    options: ToolLoadOptions & ModuleLoadOptions = {},
  ): Promise<SandboxedTool> {
    const sandbox = new ToolSandbox(config);
    try {
      const { schema, validateArguments, ...loading } = options;
      const module = await sandbox.loadModule(source, loading);
      const parts = await toolParts(sandbox, module, schema, source);
      return new SandboxedTool(parts, true, validateArguments);
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
    const parts = await toolParts(sandbox, module, options.schema, undefined);
    return new SandboxedTool(parts, false, options.validateArguments);
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
   * @throws {InvalidArguments} when `args` do not fit the tool's schema.
   * @throws {TypeError} when `args` can't be JSON.
   */
  async execute(args: unknown, options?: CallOptions): Promise<JsonValue> {
    return valueOf(await this.call(args, options));
  }

  /**
   * Calls the tool, and never throws for what a guest does.
   *
   * @param args Any JSON value; the tool's schema says what it expects.
   * @param options Limits, files and streams of this call.
   * @returns the value or the error, with what the call used.
   * @throws {TypeError} when `args` cannot be JSON, or for an option that does
   * not exist or is impossible.
   * @throws the signal's reason when the call is aborted.
   */
  async call(
    args: unknown,
    options: CallOptions = {},
  ): Promise<CallResult<JsonValue>> {
    if (this.#isCommand) refuseStdin(options);
    const json = argumentJson(args);
    const found = this.#check?.errorOf(args, json.length);
    const error = found instanceof Promise ? await found : found;
    if (error) return failed(error, noRecord());
    const kind = this.#isCommand ? COMMAND_CALL : TOOL_CALL;
    return await callModule(
      this.sandbox,
      this.#module,
      kind,
      ENCODER.encode(json),
      this.#isCommand ? { ...options, name: this.#schema.name } : options,
    );
  }

  /**
   * Closes the sandbox, if the tool was loaded into one of its own; else it
   * leaves the sandbox as it is.
   */
  async close(): Promise<void> {
    if (this.#ownsSandbox) await this.sandbox.close();
  }

  /** The same as {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** A program that is a tool reads its arguments there. */
function refuseStdin({ stdin }: CallOptions): void {
  if (stdin === undefined) return;
  throw new TypeError(
    "Cannot set stdin: this tool is a program, which reads its arguments from standard input",
  );
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
  given: ToolLoadOptions["schema"],
  source: ModuleSource | undefined,
): Promise<ToolParts> {
  const { exports } = moduleInfo(module);
  const isCommand = exports.has("_start") && !exports.has("__tool_execute");
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
  return valueOf(
    await callModule(sandbox, module, SCHEMA_CALL, undefined, {}),
  );
}

/** What is missing is said at load, without running anything. */
function checkToolExports(module: SandboxedModule): void {
  const { exports } = moduleInfo(module);
  if (exports.find("memory")?.kind !== "memory") {
    throw new ExecutionFailed(
      'Module is not a tool: it exports no memory "memory"',
    );
  }
  checkFunction(module, "__tool_schema", "");
  checkFunction(module, "__tool_execute", "i32,i32");
  if (exports.has("__tool_alloc")) {
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
      `Module is not a tool: ${name} is (${params}) -> (${results}), expected (${wantedParams}) -> (${
        wantedResults.join(") or (")
      })`,
    );
  }
}
