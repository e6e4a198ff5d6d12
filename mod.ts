/**
 * Runs untrusted WebAssembly tools for AI agents, inside limits that hold.
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
  DeniedRequest,
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
  SandboxedTool,
  type ToolLoadOptions,
} from "./src/tool/sandboxed_tool.ts";
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
