/** What came of a call, as `tools/call` answers it. */

import type { CallResult, JsonValue, ToolSchema } from "../../../mod.ts";
import {
  BadContent,
  type ContentBlock,
  readContentAnswer,
} from "./content_blocks.ts";

/** A result of `tools/call`; a failure that a model can act on is one too. */
export interface ToolAnswer {
  content: ContentBlock[];
  structuredContent?: JsonValue;
  isError?: boolean;
  _meta?: { [key: string]: unknown };
}

/** Where a result says what the call used, as `usage.toJSON()` has it. */
export const USAGE_KEY = "cortexai.sandbox/usage";
/** Where a result lists requests that were refused, if there were some. */
export const DENIED_KEY = "cortexai.sandbox/denied";

/**
 * Tells a client what came of a call. A tool whose metadata holds
 * `{ "mcp": { "answers": "content" } }` answers with content in MCP's own form;
 * what others answer is told as text, and beside it as structured content
 * where it is an object or the tool has an output schema.
 */
export function toolAnswer(
  schema: ToolSchema,
  result: CallResult<JsonValue>,
): ToolAnswer {
  const _meta = {
    [USAGE_KEY]: result.usage.toJSON(),
    ...result.denied.length === 0 ? {} : { [DENIED_KEY]: result.denied },
  };
  if (!result.ok) return { ...failure(explained(result)), _meta };
  return { ...answerOf(schema, result.value), _meta };
}

/** A failure in words. */
export function failure(text: string): ToolAnswer {
  return { content: [{ type: "text", text }], isError: true };
}

function explained(
  { error, denied }: Extract<CallResult<JsonValue>, { ok: false }>,
): string {
  const refused = denied.map(({ url, reason }) =>
    `Refused a request to ${url}: ${reason}`
  );
  return [`${error.kind}: ${error.message}`, ...refused].join("\n");
}

function answerOf(schema: ToolSchema, value: JsonValue): ToolAnswer {
  if (answersContent(schema)) return contentAnswer(schema, value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const isStructured = schema.outputSchema !== undefined ||
    (typeof value === "object" && value !== null && !Array.isArray(value));
  return {
    content: [{ type: "text", text }],
    ...isStructured ? { structuredContent: value } : {},
  };
}

function contentAnswer(schema: ToolSchema, value: JsonValue): ToolAnswer {
  try {
    const { isError, ...answer } = readContentAnswer(value);
    return isError ? { ...answer, isError } : answer;
  } catch (error) {
    if (!(error instanceof BadContent)) throw error;
    return failure(
      `ExecutionFailed: ${schema.name} answered with what is not MCP content: ${error.message}`,
    );
  }
}

function answersContent({ metadata: { mcp } }: ToolSchema): boolean {
  return typeof mcp === "object" && mcp !== null && !Array.isArray(mcp) &&
    mcp.answers === "content";
}
