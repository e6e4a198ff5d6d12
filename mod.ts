/**
 * Runs untrusted tools for AI agents within enforced limits: WebAssembly
 * modules, WASI programs, and scripts in JavaScript, TypeScript or Python.
 *
 * Load a tool, read its JSON schema, call it with JSON, and get JSON or a clear
 * error back. A tool sees the folders, hosts and functions that you grant and
 * nothing else, and it is stopped when its time, memory or fuel is used up,
 * whatever its code does. It runs on plain V8: no native add-on, no subprocess,
 * no `--allow-run`.
 *
 * Use it instead of
 *
 * - a container, when calls take microseconds and many tools share a process;
 *   if you can't accept the risk of a V8 bug, run it inside a container;
 * - Extism, when the host is Deno and every call needs a fresh instance, a
 *   deadline and a memory limit;
 * - Pyodide, when the code must not reach JavaScript, files or the network;
 * - Deno with few permissions, when the code is untrusted, memory and fuel must
 *   be bounded, or the process may not spawn subprocesses.
 *
 * ## Start
 *
 * In an empty folder, with Deno 2.7.6 or later, save this as `deno.json`:
 *
 * ```json
 * {
 *   "unstable": ["worker-options"],
 *   "imports": { "@cortexai/sandbox": "jsr:@cortexai/sandbox@^0.1.0" }
 * }
 * ```
 *
 * The `unstable` line lets workers have permissions of their own; without it
 * Deno exits with code 70. Save this as `first.ts` and run it with
 * `deno run first.ts`. The tool is a module of 270 bytes that returns its
 * arguments; its function `spin` never returns.
 *
 * ```ts
 * import { SandboxedTool, SandboxError } from "@cortexai/sandbox";
 *
 * const ECHO = Uint8Array.fromBase64(
 *   "AGFzbQEAAAABEANgAAJ/f2ACf38Cf39gAAADBAMAAQIFAwEAAQcyBAZtZW1vcnkCAA1fX3" +
 *     "Rvb2xfc2NoZW1hAAAOX190b29sX2V4ZWN1dGUAAQRzcGluAAIKGAMHAEEQQZEBCwYAIAAg" +
 *     "AQsHAANADAALCwuYAQEAQRALkQF7Im5hbWUiOiJlY2hvIiwiZGVzY3JpcHRpb24iOiJSZX" +
 *     "BlYXRzIGl0cyBhcmd1bWVudHMuIiwicGFyYW1ldGVycyI6eyJ0eXBlIjoib2JqZWN0Iiwi" +
 *     "cHJvcGVydGllcyI6eyJ0ZXh0Ijp7InR5cGUiOiJzdHJpbmcifX0sInJlcXVpcmVkIjpbIn" +
 *     "RleHQiXX19",
 * );
 *
 * await using tool = await SandboxedTool.load(ECHO, { maxExecutionTime: 200 });
 * console.log(tool.schema().description); // Repeats its arguments.
 * console.log(await tool.execute({ text: "hello" })); // { text: "hello" }
 *
 * const refused = await tool.call({ text: 42 });
 * console.log(refused.ok || refused.error.kind); // InvalidArguments
 *
 * try {
 *   const module = await tool.sandbox.loadModule(ECHO);
 *   await tool.sandbox.execute(module, "spin");
 * } catch (error) {
 *   if (error instanceof SandboxError) console.log(error.kind);
 *   // TimeoutExceeded
 * }
 * ```
 *
 * A tool may also be a script, such as `SandboxedTool.load("greet.js")`:
 *
 * ```js ignore
 * export const schema = {
 *   description: "Greets somebody",
 *   parameters: { type: "object", properties: { name: { type: "string" } } },
 * };
 * export const execute = ({ name }) => ({ hello: name });
 * ```
 *
 * ## What people do with it
 *
 * - **Call a tool** with {@linkcode SandboxedTool}: `execute` returns the
 *   result or throws, `call` returns a {@linkcode CallResult}.
 * - **Hand tools to a model** with {@linkcode ToolRegistry},
 *   {@linkcode modelAnswer} and the subpaths `./openai`, `./anthropic`,
 *   `./ai-sdk` and `./langchain`; with `./code-mode` the model writes a program
 *   that calls them, and `./mcp` serves them to MCP clients.
 * - **Run a WASI program** with {@linkcode ToolSandbox.prototype.run}, and
 *   Python with the subpath `./python`. A {@linkcode ModuleSnapshot} starts a
 *   module once for all calls, a {@linkcode SandboxSession} keeps its state
 *   between calls.
 * - **Grant a tool what it needs**: folders, in-memory files, network hosts,
 *   secrets and host functions, in {@linkcode SandboxOptions} or with
 *   {@linkcode SandboxConfigBuilder}. Nothing is granted by default.
 *
 * Your program needs every permission that it grants, and permission to read a
 * module from a file or URL; loading from bytes needs none.
 *
 * @module
 */

export type {
  AllowedPath,
  AllowedPathOptions,
} from "./src/config/allowed_path.ts";
export type {
  MemoryDirectory,
  MemoryDirectoryOptions,
} from "./src/config/memory_directory.ts";
export type {
  CallFiles,
  CallOptions,
  OutputHandler,
  StdinSource,
} from "./src/config/call_options.ts";
export type {
  Deterministic,
  DeterministicOptions,
} from "./src/config/deterministic.ts";
export type {
  HostCallContext,
  HostFunction,
  HostFunctionGrant,
  HostFunctionOptions,
  HostFunctions,
  HostHandler,
  NumberType,
  NumericFunction,
  NumericFunctionGrant,
} from "./src/config/host_function.ts";
export type { HostFunctionLimits } from "./src/config/host_function_limits.ts";
export type { NetworkLimits } from "./src/config/network_limits.ts";
export type { OverlayLimits } from "./src/config/overlay_limits.ts";
export { SharedOverlay } from "./src/config/shared_overlay.ts";
export { SandboxConfig } from "./src/config/sandbox_config.ts";
export { SandboxConfigBuilder } from "./src/config/sandbox_config_builder.ts";
export type {
  AllowedPathGrant,
  MemoryDirectoryGrant,
  SandboxOptions,
  SecretValue,
} from "./src/config/sandbox_options.ts";
export type { SecretGrant, SecretOptions } from "./src/config/secret.ts";
export {
  type AnySandboxError,
  type ArgumentIssue,
  Busy,
  CompilationFailed,
  ExecutionFailed,
  FuelExhausted,
  HostFunctionError,
  InvalidArguments,
  MemoryLimitExceeded,
  PermissionDenied,
  SandboxClosed,
  SandboxError,
  type SandboxErrorData,
  type SandboxErrorKind,
  ScriptFailed,
  type ScriptFailure,
  type ScriptPosition,
  TimeoutExceeded,
  UnknownTool,
  WorkerLost,
} from "./src/errors.ts";
export type {
  CallFailure,
  CallRecord,
  CallResult,
  CallSuccess,
  Denied,
  DeniedFile,
  DeniedRequest,
  FileOperation,
  FileRefusal,
  FilesByDirectory,
  Usage,
  UsageData,
} from "./src/tool/call_result.ts";
export type { HostCall, HostCallOutcome } from "./src/tool/host/host_call.ts";
export {
  type Change,
  type ChangeConflict,
  Changes,
  type ChangeSelection,
  type CommitResult,
} from "./src/tool/changes/changes.ts";
export { Overlay } from "./src/tool/changes/overlay.ts";
export {
  type Attempt,
  type Decision,
  learn,
  type Learned,
  type LearnLimits,
  type LearnOptions,
} from "./src/tool/learn/learn.ts";
export {
  learnedFile,
  type LearnedTool,
} from "./src/tool/learn/learned_file.ts";
export type {
  FolderProposal,
  HostProposal,
  Proposal,
  ProposalReason,
  Withheld,
} from "./src/tool/learn/proposal.ts";
export { explain } from "./src/tool/explain.ts";
export { inspectModule } from "./src/tool/inspect_module.ts";
export type {
  ExternKind,
  ImportFamily,
  InspectedItem,
  InspectedMemory,
  ModuleInspection,
  ModuleNeeds,
  ModuleRole,
  ValueKind,
} from "./src/tool/module_inspection.ts";
export {
  type ModelAnswer,
  modelAnswer,
  type ModelAnswerOptions,
} from "./src/tool/model_answer.ts";
export type { Numbers } from "./src/tool/calls/numeric_call.ts";
export type { LoadProgress } from "./src/tool/load_progress.ts";
export type {
  ModuleLoadOptions,
  ModuleSource,
} from "./src/tool/module_source.ts";
export type {
  RunFailure,
  RunOptions,
  RunResult,
  RunSuccess,
} from "./src/tool/program_run.ts";
export { SandboxSession } from "./src/tool/session/sandbox_session.ts";
export type {
  SessionOptions,
  SnapshotInit,
  SnapshotOptions,
} from "./src/tool/session/session_options.ts";
export { ModuleSnapshot } from "./src/tool/snapshot/module_snapshot.ts";
export { SandboxedModule } from "./src/tool/sandboxed_module.ts";
export {
  type InterpretedToolOptions,
  SandboxedTool,
  type ToolLoadOptions,
} from "./src/tool/sandboxed_tool.ts";
export type {
  InterpretedAnswer,
  InterpretedScript,
  InterpretedTool,
  ToolInterpreter,
} from "./src/tool/script/tool_interpreter.ts";
export {
  inputSchema,
  outputSchema,
  type StandardIssue,
  type StandardResult,
  type StandardTarget,
  type StandardToolSchema,
} from "./src/tool/standard_schema.ts";
export type {
  JsonValue,
  Tool,
  ToolAnnotations,
  ToolCallOptions,
  ToolSchema,
} from "./src/tool/tool.ts";
export {
  type RegisteredLoadOptions,
  type RegisterOptions,
  ToolRegistry,
  type ToolRegistryOptions,
} from "./src/tool/tool_registry.ts";
export { ToolSandbox } from "./src/tool/tool_sandbox.ts";
