/** Reads the schema of a script tool, in any language. */

import { ExecutionFailed } from "../../errors.ts";
import { quote } from "../../quote.ts";
import { parseToolSchema } from "../parse_tool_schema.ts";
import type { JsonValue, ToolSchema } from "../tool.ts";

/**
 * Reads it.
 *
 * @param name The tool's name, if the schema has none.
 * @param exported What the script exports, with `execute` as `true`.
 * @throws {ExecutionFailed} when it has no schema or no function `execute`.
 */
export async function exportedSchema(
  file: string,
  name: string,
  exported: JsonValue,
): Promise<ToolSchema> {
  const { schema, outputSchema, execute } = (exported ?? {}) as Record<
    string,
    JsonValue | undefined
  >;
  if (execute !== true) {
    throw new ExecutionFailed(
      `Script ${quote(file)} is not a tool: it exports no function "execute"`,
    );
  }
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) {
    throw new ExecutionFailed(
      `Script ${quote(file)} is not a tool: it exports no object "schema"`,
    );
  }
  const whole = {
    name,
    ...outputSchema !== undefined && { outputSchema },
    ...schema,
  };
  const bytes = new TextEncoder().encode(JSON.stringify(whole));
  return await parseToolSchema(`Script ${file}`, bytes);
}
