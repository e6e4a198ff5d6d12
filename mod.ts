/**
 * Runs untrusted tools for AI agents, inside limits that hold: WebAssembly
 * modules, programs, and scripts in JavaScript, TypeScript or Python.
 *
 * Load a tool, read its JSON schema, call it with JSON, and get JSON or a clear
 * error back. A tool sees the folders, hosts and functions that you grant
 * and no others, and stops when its time, memory or fuel is used up, whatever
 * it does. It is plain V8: no native add-on, no subprocess, no `--allow-run`.
 *
 * Use it rather than
 *
 * - a container, when a call takes microseconds and many tools share a process;
 *   where a bug in V8 is a risk that you can't take, use a container around it;
 * - Extism, when the host is Deno and every call needs a fresh instance, a
 *   deadline and a memory limit;
 * - Pyodide, when the code must not reach JavaScript, files or the network;
 * - Deno with few permissions, when the code is a stranger's, memory and fuel
 *   must be bounded, or the process may not start others.
 *
 * ## Start
 *
 * In an empty folder, with Deno 2.7.6 or later, save as `deno.json`:
 *
 * ```json
 * {
 *   "unstable": ["worker-options"],
 *   "imports": { "@cortexai/sandbox": "jsr:@cortexai/sandbox@^0.1.0" }
 * }
 * ```
 *
 * The `unstable` line gives workers permissions of their own; without it Deno
 * ends the process with exit code 70. Save this as `first.ts` and run it with
 * `deno run first.ts`. The tool is a module of 270 bytes: it answers with its
 * arguments, and its function `spin` never ends.
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
 * - **Call a tool** with {@linkcode SandboxedTool}: `execute` returns the answer
 *   or throws, `call` returns a {@linkcode CallResult}.
 * - **Hand tools to a model** with {@linkcode ToolRegistry},
 *   {@linkcode modelAnswer} and the subpaths `./openai`, `./anthropic`,
 *   `./ai-sdk` and `./langchain`; with `./code-mode` the model writes a program
 *   that calls them, and `./mcp` serves them to MCP clients.
 * - **Run a program** for WASI with {@linkcode ToolSandbox.prototype.run}, and
 *   Python with the subpath `./python`. {@linkcode ModuleSnapshot} starts one
 *   once for all calls, {@linkcode SandboxSession} keeps it between calls.
 * - **Lend a tool what it needs**: folders, files in memory, hosts, secrets and
 *   functions of yours, in {@linkcode SandboxOptions} or with
 *   {@linkcode SandboxConfigBuilder}. Nothing is granted by default.
 *
 * The program needs the permissions that it grants, and those to read a module
 * from a file or a URL; from bytes it needs none.
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
