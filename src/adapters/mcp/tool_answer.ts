/** The result of a call, as `tools/call` answers it. */

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
 * Tells a client the result of a call. A tool whose metadata holds
 * `{ "mcp": { "answers": "content" } }` answers with content in MCP's own form;
 * what others answer is told as text, and beside it as structured content
 * where it is an object or the tool has an output schema, which it must fit.
 *
 * @param stderr What the tool wrote there at last, where it was passed on.
 * @param changes What it changed in overlays, where that is to be told.
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

/** A failure in words. */
export function failure(text: string): ToolAnswer {
  return { content: [{ type: "text", text }], isError: true };
}

/** Standard error was passed on, so the result has none of it. */
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

/** Reading has no limit of depth, and writing has. */
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

/** A schema is read once. */
const CHECKERS = new WeakMap<ToolSchema, Checker>();

/** Clients check it too, and show a person what went wrong: a model can't act. */
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
