/** Converts the result of a call for `tools/call`. */

import {
  type CallFailure,
  type CallResult,
  explain,
  type JsonValue,
  outputSchema,
  type ToolSchema,
} from "../../../mod.ts";
import {
  BadContent,
  type ContentBlock,
  readContentAnswer,
} from "./content_blocks.ts";
import { CHANGES_KEY, type ToldChanges } from "./told_changes.ts";

/** A result of `tools/call`, including failures that a model can act on. */
export interface ToolAnswer {
  content: ContentBlock[];
  structuredContent?: JsonValue;
  isError?: boolean;
  _meta?: { [key: string]: unknown };
}

/** The key of `_meta` for the call's usage, in the form of `usage.toJSON()`. */
export const USAGE_KEY = "cortexai.sandbox/usage";
/** The key of `_meta` for refused requests, if there were any. */
export const DENIED_KEY = "cortexai.sandbox/denied";

/**
 * Converts the result of a call for a client. A tool whose metadata contains
 * `{ "mcp": { "answers": "content" } }` returns MCP content; other results are
 * returned as text, and also as structured content if they are objects or the
 * tool has an output schema, which they must match.
 *
 * @param stderr The end of the tool's standard error, if it was forwarded.
 * @param changes Its overlay changes, if they are to be reported.
 */
export async function toolAnswer(
  schema: ToolSchema,
  result: CallResult<JsonValue>,
  stderr: string | undefined,
  changes?: ToldChanges,
): Promise<ToolAnswer> {
  const answer = result.ok
    ? await checked(schema, answerOf(schema, result.value))
    : failure(explain(withStderr(result, stderr)));
  return {
    ...answer,
    _meta: {
      [USAGE_KEY]: result.usage.toJSON(),
      ...result.denied.length === 0 ? {} : { [DENIED_KEY]: result.denied },
      ...changes && { [CHANGES_KEY]: changes },
    },
  };
}

/** A failure as text. */
export function failure(text: string): ToolAnswer {
  return { content: [{ type: "text", text }], isError: true };
}

/** Adds standard error, which the result lacks because it was forwarded. */
function withStderr(
  result: CallFailure,
  stderr: string | undefined,
): CallFailure {
  if (stderr === undefined) return result;
  return Object.create(result, { stderr: { value: stderr } });
}

function answerOf(schema: ToolSchema, value: JsonValue): ToolAnswer {
  if (answersContent(schema)) return contentAnswer(schema, value);
  const text = typeof value === "string" ? value : toJson(value);
  if (text === undefined) {
    return failure(
      `Failed: ${schema.name} answered with JSON that is nested too deeply`,
    );
  }
  const isStructured = schema.outputSchema !== undefined ||
    (typeof value === "object" && value !== null && !Array.isArray(value));
  return {
    content: [{ type: "text", text }],
    ...isStructured ? { structuredContent: value } : {},
  };
}

/** Parsing has no depth limit, but serializing does. */
function toJson(value: JsonValue): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function contentAnswer(schema: ToolSchema, value: JsonValue): ToolAnswer {
  try {
    const { isError, ...answer } = readContentAnswer(value);
    return isError ? { ...answer, isError } : answer;
  } catch (error) {
    if (!(error instanceof BadContent)) throw error;
    return failure(
      `Failed: ${schema.name} answered with invalid MCP content: ${error.message}`,
    );
  }
}

function answersContent({ metadata: { mcp } }: ToolSchema): boolean {
  return typeof mcp === "object" && mcp !== null && !Array.isArray(mcp) &&
    mcp.answers === "content";
}

type Checker = NonNullable<ReturnType<typeof outputSchema>>;

/** Each schema is compiled once. */
const CHECKERS = new WeakMap<ToolSchema, Checker>();

/**
 * Checked here because clients would show a mismatch to the user, where the
 * model can't act on it.
 */
async function checked(
  schema: ToolSchema,
  answer: ToolAnswer,
): Promise<ToolAnswer> {
  if (schema.outputSchema === undefined || answer.isError) return answer;
  const checker = CHECKERS.get(schema) ?? outputSchema(schema)!;
  CHECKERS.set(schema, checker);
  const found = await checker["~standard"].validate(answer.structuredContent);
  if (found.issues === undefined) return answer;
  const why = found.issues.map(({ message }) => message).join("; ");
  return failure(
    `Failed: ${schema.name} answered with a value that does not match its output schema: ${why}`,
  );
}
