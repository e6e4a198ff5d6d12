/** A sandboxed tool: a module or a script that takes and returns JSON. */

import type { CallOptions } from "../config/call_options.ts";
import type { SandboxConfig } from "../config/sandbox_config.ts";
import type { SandboxOptions } from "../config/sandbox_options.ts";
import { ExecutionFailed } from "../errors.ts";
import { ArgumentCheck } from "./argument_check.ts";
import { argumentJson } from "./argument_json.ts";
import { noRecord } from "./call_record.ts";
import { type CallResult, failed, succeeded, valueOf } from "./call_result.ts";
import type { CallKind } from "./calls/call_kind.ts";
import { COMMAND_CALL } from "./calls/program_call.ts";
import { SCRIPT_CALL } from "./calls/script_call.ts";
import { SCHEMA_CALL, TOOL_CALL } from "./calls/tool_call.ts";
import { commandSchema } from "./command_tool.ts";
import type { ModuleLoadOptions, ModuleSource } from "./module_source.ts";
import {
  exportSignature,
  moduleInfo,
  SandboxedModule,
} from "./sandboxed_module.ts";
import type { ToolInterpreter } from "./script/tool_interpreter.ts";
import {
  isScript,
  type ScriptFiles,
  type ScriptSource,
} from "./script/script_source.ts";
import type { JsonValue, Tool, ToolSchema } from "./tool.ts";
import { callModule, ToolSandbox } from "./tool_sandbox.ts";

/** Options of {@linkcode SandboxedTool.load} and `create`. */
export interface ToolLoadOptions {
  /**
   * The schema of a WASI program that is used as a tool, with JSON on standard
   * input and output. By default it is read from the module's custom section
   * `tool_schema`, or else from `NAME.schema.json` next to `NAME.wasm`.
   */
  readonly schema?: Partial<ToolSchema> | undefined;
  /**
   * Whether arguments are validated against the tool's schema before a call;
   * `true` by default.
   */
  readonly validateArguments?: boolean | undefined;
  /**
   * The path or URL of an already loaded module, next to which a program's
   * schema is looked for. Set by `load`.
   */
  readonly source?: string | URL | undefined;
}

/** Options of {@linkcode SandboxedTool.load} for scripts of other languages. */
export interface InterpretedToolOptions
  extends Pick<ToolLoadOptions, "validateArguments"> {
  /**
   * The interpreter that runs the script, such as `PythonInterpreter` of
   * `@cortexai/sandbox/python`.
   */
  readonly interpreter: ToolInterpreter;
}

const ENCODER = new TextEncoder();

/**
 * A tool that runs in a sandbox. Every call gets a fresh instance of its
 * module, so no state leaks from one call to the next.
 *
 * ```ts
 * import { SandboxedTool } from "@cortexai/sandbox";
 *
 * // A tool of 149 bytes, which answers with its arguments.
 * const ECHO = Uint8Array.fromBase64(
 *   "AGFzbQEAAAABDQJgAAJ/f2ACf38Cf38DAwIAAQUDAQABBysDBm1lbW9yeQIADV9fdG" +
 *     "9vbF9zY2hlbWEAAA5fX3Rvb2xfZXhlY3V0ZQABCg8CBgBBAEEuCwYAIAAgAQsLNAEA" +
 *     "QQALLnsibmFtZSI6ImVjaG8iLCJwYXJhbWV0ZXJzIjp7InR5cGUiOiJvYmplY3QifX" +
 *     "0=",
 * );
 *
 * await using tool = await SandboxedTool.load(ECHO);
 * console.log(tool.schema().name); // "echo"
 * console.log(await tool.execute({ text: "hi" })); // { text: "hi" }
 * ```
 */
export class SandboxedTool implements Tool, AsyncDisposable {
  /** The sandbox that runs the tool. */
  readonly sandbox: ToolSandbox;
  /**
   * The files of a script: the SHA-256 of each file, in hexadecimal, by its
   * path in the script's folder, sorted; undefined for a module.
   */
  readonly files: Readonly<Record<string, string>> | undefined;
  readonly #schema: ToolSchema;
  readonly #run: ToolParts["run"];
  readonly #ownsSandbox: boolean;
  readonly #check: ArgumentCheck | undefined;

  private constructor(
    parts: ToolParts,
    ownsSandbox: boolean,
    validateArguments: boolean = true,
  ) {
    this.sandbox = parts.sandbox;
    this.files = parts.files;
    this.#schema = parts.schema;
    this.#run = parts.run;
    this.#ownsSandbox = ownsSandbox;
    if (validateArguments) this.#check = new ArgumentCheck(parts.schema);
  }

  /**
   * Loads a tool into its own sandbox, which closes with the tool.
   *
   * @param source The module: bytes, a stream, a path or a URL. A path or a URL
   * that ends in `.js`, `.mjs`, `.ts` or `.mts` is a script: an ES module that
   * exports `schema` and `execute(args, context)`, and imports only files in
   * its own folder.
   * @param config Limits and grants, as a configuration or plain options; the
   * defaults if left out.
   * @param options The schema of a program, the expected hash of the module,
   * and download limits.
   * @returns the tool, which the caller must close.
   * @throws {SandboxError} when the module can't be loaded or its schema can't
   * be used.
   * @throws {TypeError} for an unknown or invalid option.
   */
  static async load(
    source: ModuleSource,
    config?: SandboxConfig | SandboxOptions,
    options?: ToolLoadOptions & ModuleLoadOptions,
  ): Promise<SandboxedTool>;
  /**
   * Loads a script in another language. It runs in its interpreter's sandbox,
   * with that sandbox's limits and grants; closing the tool leaves the
   * interpreter open.
   *
   * ```ts ignore
   * import { SandboxedTool } from "@cortexai/sandbox";
   * import { PythonInterpreter } from "@cortexai/sandbox/python";
   *
   * await using interpreter = await PythonInterpreter.load("python.wasm");
   * const tool = await SandboxedTool.load("tool.py", { interpreter });
   * console.log(await tool.execute({ text: "hi" }));
   * ```
   *
   * @param source The path or URL of the script, which defines `schema` and a
   * function `execute`.
   * @param options The interpreter.
   * @throws {SandboxError} when the script can't be loaded or is not a tool.
   * @throws {TypeError} when it is not a script for that interpreter.
   */
  static async load(
    source: string | URL,
    options: InterpretedToolOptions,
  ): Promise<SandboxedTool>;
  static async load(
    source: ModuleSource,
    config?: SandboxConfig | SandboxOptions | InterpretedToolOptions,
    options: ToolLoadOptions & ModuleLoadOptions = {},
  ): Promise<SandboxedTool> {
    if (config && "interpreter" in config) {
      const { interpreter, validateArguments } = config;
      const parts = await interpretedParts(source, interpreter);
      return new SandboxedTool(parts, false, validateArguments);
    }
    const sandbox = new ToolSandbox(config);
    try {
      const { schema, validateArguments, source: _, ...loading } = options;
      const parts = isScript(source)
        ? await scriptParts(sandbox, source, options)
        : await toolParts(
          sandbox,
          await sandbox.loadModule(source, loading),
          schema,
          source,
        );
      return new SandboxedTool(parts, true, validateArguments);
    } catch (error) {
      await sandbox.close();
      throw error;
    }
  }

  /**
   * Creates a tool from a module that a sandbox has loaded, or from a script,
   * which it loads. Closing the tool leaves the sandbox open.
   *
   * @param sandbox The sandbox that runs it.
   * @param module The module, or the path or URL of a script.
   * @param options The schema of a program, and argument validation.
   * @returns the tool.
   * @throws {SandboxError} when the module is not a tool or its schema can't be
   * used.
   */
  static async create(
    sandbox: ToolSandbox,
    module: SandboxedModule | string | URL,
    options: ToolLoadOptions = {},
  ): Promise<SandboxedTool> {
    const parts = module instanceof SandboxedModule
      ? await toolParts(sandbox, module, options.schema, options.source)
      : await scriptParts(sandbox, module, options);
    return new SandboxedTool(parts, false, options.validateArguments);
  }

  /**
   * The tool's schema, read once when the tool was loaded.
   *
   * @returns its name, description and parameters.
   */
  schema(): ToolSchema {
    return this.#schema;
  }

  /**
   * Calls the tool.
   *
   * @param args Any JSON value that matches the tool's schema.
   * @param options Limits, files and streams of this call.
   * @returns the JSON value that the tool returned.
   * @throws {SandboxError} when the guest fails or exceeds a limit.
   * @throws {InvalidArguments} when `args` do not match the tool's schema.
   * @throws {TypeError} when `args` can't be serialized to JSON.
   * @throws the signal's reason when the call is aborted.
   */
  async execute(args: unknown, options?: CallOptions): Promise<JsonValue> {
    return valueOf(await this.call(args, options));
  }

  /**
   * Calls the tool; returns guest failures instead of throwing them.
   *
   * @param args Any JSON value that matches the tool's schema.
   * @param options Limits, files and streams of this call.
   * @returns the value or the error, with what the call used.
   * @throws {TypeError} when `args` cannot be JSON, or for an unknown or
   * invalid option.
   * @throws the signal's reason when the call is aborted.
   */
  async call(
    args: unknown,
    options: CallOptions = {},
  ): Promise<CallResult<JsonValue>> {
    const json = argumentJson(args);
    const found = this.#check?.errorOf(args, json.length);
    const error = found instanceof Promise ? await found : found;
    if (error) return failed(error, noRecord());
    return await this.#run(json, options);
  }

  /**
   * Closes the sandbox, if the tool was loaded into its own; otherwise does
   * nothing.
   */
  async close(): Promise<void> {
    if (this.#ownsSandbox) await this.sandbox.close();
  }

  /** The same as {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** A program reads its arguments from standard input. */
function refuseStdin({ stdin }: CallOptions): void {
  if (stdin === undefined) return;
  throw new TypeError(
    "Cannot set stdin: this tool is a program, which reads its arguments from standard input",
  );
}

/** The parts of a tool. */
interface ToolParts {
  readonly sandbox: ToolSandbox;
  readonly schema: ToolSchema;
  /** The files of a script. */
  readonly files?: ScriptFiles;
  /** Calls it with validated arguments, as JSON. */
  run(json: string, options: CallOptions): Promise<CallResult<JsonValue>>;
}

/** The parts of a tool that is a module, or an interpreter with a script. */
function partsOf(
  sandbox: ToolSandbox,
  module: SandboxedModule,
  schema: ToolSchema,
  kind: CallKind<Uint8Array, JsonValue>,
): ToolParts {
  const call = (json: string, options: CallOptions) =>
    callModule(sandbox, module, kind, ENCODER.encode(json), options);
  if (kind !== COMMAND_CALL) return { sandbox, schema, run: call };
  const { name } = schema;
  return {
    sandbox,
    schema,
    async run(json, options) {
      refuseStdin(options);
      return await call(json, { ...options, name } as CallOptions);
    },
  };
}

async function interpretedParts(
  source: ModuleSource,
  interpreter: ToolInterpreter,
): Promise<ToolParts> {
  const { loadInterpreted } = await import("./script/load_interpreted.ts");
  const { tool, schema, files } = await loadInterpreted(source, interpreter);
  return {
    sandbox: interpreter.sandbox,
    schema,
    files,
    async run(json, options) {
      const { record, value = null, error } = await tool.call(json, options);
      return error ? failed(error, record) : succeeded(value, record);
    },
  };
}

/** @throws {TypeError} for an option that applies only to modules. */
async function scriptParts(
  sandbox: ToolSandbox,
  source: ScriptSource,
  options: ToolLoadOptions & ModuleLoadOptions,
): Promise<ToolParts> {
  if (!isScript(source)) {
    throw new TypeError(
      "Cannot load tool: a script ends in .js, .mjs, .ts or .mts",
    );
  }
  for (const name of ["schema", "integrity"] as const) {
    if (options[name] === undefined) continue;
    throw new TypeError(
      `Cannot load tool: the ${name} option is for modules, not for scripts`,
    );
  }
  const { loadScript } = await import("./script/load_script.ts");
  const { module, schema, files } = await loadScript(sandbox, source);
  return { ...partsOf(sandbox, module, schema, SCRIPT_CALL), files };
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
  const kind = isCommand ? COMMAND_CALL : TOOL_CALL;
  return partsOf(sandbox, module, schema, kind);
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

/** Reports missing exports at load, without running anything. */
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
