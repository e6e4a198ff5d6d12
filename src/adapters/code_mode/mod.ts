/**
 * Code mode: a model writes one short program that calls many tools, and it
 * runs in a sandbox. The tools are typed async functions to it; its calls are
 * limited in number and size, and every call is reported.
 *
 * ```ts
 * import { runCode } from "@cortexai/sandbox/code-mode";
 *
 * const result = await runCode("return await tools.add({ a: 1, b: 2 })", {
 *   tools: { add: ({ a, b }) => a + b },
 * });
 * console.log(result.ok && result.value); // 3
 * ```
 *
 * @module
 */

export {
  type BudgetName,
  type CodeBudgets,
  DEFAULT_BUDGETS,
} from "./budgets.ts";
export type { BridgeCall, BridgeOutcome } from "./bridge_call.ts";
export {
  CloudflareExecutor,
  type CloudflareFunctions,
  type CloudflareProvider,
  type CloudflareResult,
  type ExecutorOptions,
} from "./cloudflare_executor.ts";
export { CodeSession } from "./code_session.ts";
export {
  type AiCodeTool,
  aiCodeTool,
  type CodeCallOptions,
  type LangChainCodeTool,
  langChainCodeTool,
} from "./framework_tools.ts";
export { CodeMode, codeMode, type CodeModeOptions } from "./code_mode.ts";
export {
  type CodeFailure,
  type CodeRecord,
  type CodeResult,
  type CodeSuccess,
  resultText,
} from "./code_result.ts";
export {
  type CodeArguments,
  type CodeTool,
  type CodeToolOptions,
  type CodeTools,
  type ConstrainedTool,
  type JsonSchema,
} from "./code_tool.ts";
export { declarations } from "./declarations.ts";
export type { Gate, GateAnswer, GatedCall } from "./gate.ts";
export { type McpClient, mcpTools } from "./mcp_tools.ts";
export { runCode, type RunCodeOptions } from "./run_code.ts";
export {
  type TanStackBinding,
  type TanStackConfig,
  type TanStackContext,
  TanStackDriver,
  type TanStackResult,
} from "./tanstack_driver.ts";
