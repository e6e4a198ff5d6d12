/** Parses and checks the schema that a guest returns. */

import { MAX_SCHEMA_BYTES } from "../channel/schema_bytes.ts";
import { ExecutionFailed } from "../errors.ts";
import { escaped } from "../quote.ts";
import { parseGuestJson } from "./guest_json.ts";
import type { JsonValue, ToolAnnotations, ToolSchema } from "./tool.ts";

/** What every model provider accepts as a tool name, plus the dot. */
const NAME = /^[A-Za-z0-9_.-]{1,64}$/;

type JsonObject = { readonly [key: string]: JsonValue };

/**
 * Parses a schema from JSON. Unknown members are ignored.
 *
 * @param source Where it comes from, for messages.
 * @throws {ExecutionFailed} when a member is missing or has the wrong type.
 */
export async function parseToolSchema(
  source: string,
  bytes: Uint8Array,
): Promise<ToolSchema> {
  if (bytes.length > MAX_SCHEMA_BYTES) {
    throw schemaTooLong(source, bytes.length);
  }
  const schema = await parseGuestJson(source, bytes);
  if (!isObject(schema)) throw unusable("it is not an object", schema);
  const { name } = schema;
  if (typeof name !== "string" || !NAME.test(name)) {
    throw unusable(
      "name is not a name of 1 to 64 letters, digits, _ - .",
      name,
    );
  }
  return Object.freeze({
    name,
    description: optional(schema, "description", isString, "a string", ""),
    parameters: parameters(schema["parameters"]),
    dangerous: optional(schema, "dangerous", isBoolean, "a boolean", false),
    metadata: optional(schema, "metadata", isObject, "an object", {}),
    requiredScopes: optional(
      schema,
      "requiredScopes",
      isStrings,
      "a list of strings",
      [],
    ),
    ...title(schema),
    ...outputSchema(schema),
    ...annotations(schema),
  });
}

/** The error for a schema that is too long. */
export function schemaTooLong(source: string, bytes: number): ExecutionFailed {
  return new ExecutionFailed(
    `Tool schema can't be used: ${source} has ${bytes} bytes, limit is ${MAX_SCHEMA_BYTES}`,
  );
}

/** Left out if the tool does not declare it. */
function title(schema: JsonObject): Pick<ToolSchema, "title"> {
  const title = optional(schema, "title", isString, "a string", "");
  return title === "" ? {} : { title };
}

function outputSchema(schema: JsonObject): Pick<ToolSchema, "outputSchema"> {
  const { outputSchema } = schema;
  if (outputSchema === undefined || outputSchema === null) return {};
  if (!isObject(outputSchema)) {
    throw unusable("outputSchema is not an object", outputSchema);
  }
  return { outputSchema };
}

const HINTS: readonly (keyof ToolAnnotations)[] = [
  "readOnlyHint",
  "destructiveHint",
  "idempotentHint",
  "openWorldHint",
];

function annotations(schema: JsonObject): Pick<ToolSchema, "annotations"> {
  const all = optional(schema, "annotations", isObject, "an object", {});
  const hints = HINTS.filter((hint) => (all[hint] ?? null) !== null)
    .map((hint) => {
      const value = all[hint]!;
      if (isBoolean(value)) return [hint, value] as const;
      throw unusable(`annotations.${hint} is not a boolean`, value);
    });
  return hints.length === 0
    ? {}
    : { annotations: Object.freeze(Object.fromEntries(hints)) };
}

/** A JSON Schema whose instances are objects. */
function parameters(value: JsonValue | undefined): JsonObject {
  if (!isObject(value)) throw unusable("parameters are not an object", value);
  const { type, properties, required } = value;
  if (type !== undefined && type !== "object") {
    throw unusable('parameters are not of type "object"', type);
  }
  if (properties !== undefined) {
    if (!isObject(properties) || !Object.values(properties).every(isSchema)) {
      throw unusable("parameters.properties does not hold schemas", properties);
    }
  }
  if (required !== undefined && !isStrings(required)) {
    throw unusable("parameters.required is not a list of strings", required);
  }
  return value;
}

function optional<T extends JsonValue>(
  schema: JsonObject,
  member: string,
  is: (value: JsonValue) => value is T,
  wanted: string,
  otherwise: T,
): T {
  const value = schema[member];
  if (value === undefined || value === null) return otherwise;
  if (!is(value)) throw unusable(`${member} is not ${wanted}`, value);
  return value;
}

function isObject(
  value: JsonValue | undefined,
): value is { [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSchema(value: JsonValue): boolean {
  return isObject(value) || isBoolean(value);
}

function isString(value: JsonValue): value is string {
  return typeof value === "string";
}

function isBoolean(value: JsonValue): value is boolean {
  return typeof value === "boolean";
}

function isStrings(value: JsonValue): value is string[] {
  return Array.isArray(value) && value.every(isString);
}

function unusable(why: string, value: JsonValue | undefined): ExecutionFailed {
  const shown = value === undefined ? "nothing" : JSON.stringify(value);
  return new ExecutionFailed(
    `Tool schema can't be used: ${why}, got ${escaped(shown.slice(0, 100))}`,
  );
}
