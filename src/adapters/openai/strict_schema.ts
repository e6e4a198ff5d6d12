/**
 * Converts parameters for OpenAI's strict mode, where every member is required:
 * optional ones may be null instead.
 *
 * @see https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
 */

import type { JsonValue, ToolSchema } from "../../../mod.ts";

type JsonObject = { [key: string]: JsonValue };

/** The keywords of strict mode; a schema with any other can't be strict. */
const KEYWORDS: ReadonlySet<string> = new Set([
  ...["type", "description", "title", "enum", "const", "default", "examples"],
  ...["properties", "required", "additionalProperties", "items", "anyOf"],
  ...["$ref", "$defs", "definitions", "pattern", "format", "minimum"],
  ...["maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  ...["minItems", "maxItems", "minLength", "maxLength", "$schema", "$comment"],
]);
/** Annotations that strict mode refuses and that can be dropped. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ...["default", "examples", "$schema", "$comment", "title"],
]);
/** The formats of strict mode; others are annotations. */
const FORMATS: ReadonlySet<unknown> = new Set([
  ...["date-time", "time", "date", "duration", "email", "hostname", "ipv4"],
  ...["ipv6", "uuid"],
]);
/** The limits of strict mode. */
const MAX_ENUM_VALUES = 1_000;
const MAX_DEPTH = 10;
const MAX_PROPERTIES = 5_000;
/** Maximum number of subschemas that are converted. */
const MAX_SCHEMAS = 10_000;

/**
 * A tool's parameters for strict mode; undefined if they can't be expressed in
 * it.
 */
export function strictSchema(
  parameters: ToolSchema["parameters"],
): JsonObject | undefined {
  // The top level must be a plain object.
  if ("anyOf" in parameters || "$ref" in parameters) return undefined;
  const schema: JsonObject = { ...structuredClone(parameters), type: "object" };
  try {
    return new StrictWriter().write(schema, 0);
  } catch (error) {
    if (error instanceof NotStrict) return undefined;
    throw error;
  }
}

/**
 * Removes nulls that stand for omitted members from arguments.
 *
 * @param schema The tool's own schema.
 */
export function withoutNulls(
  schema: JsonValue | undefined,
  args: JsonValue,
): JsonValue {
  if (!isObject(schema)) return args;
  if (Array.isArray(args)) {
    return args.map((item) => withoutNulls(schema["items"], item));
  }
  if (!isObject(args)) return args;
  const { properties, required } = schema;
  const known = isObject(properties) ? properties : {};
  const needed = new Set(Array.isArray(required) ? required : []);
  return Object.fromEntries(
    Object.entries(args)
      .filter(([name, value]) =>
        value !== null || needed.has(name) || keepsNull(known[name])
      )
      .map(([name, value]) => [name, withoutNulls(known[name], value)]),
  );
}

class NotStrict extends Error {}

class StrictWriter {
  #schemas = 0;
  #properties = 0;
  #enumValues = 0;

  write(schema: JsonValue, depth: number): JsonObject {
    // Every form that strict mode lacks uses an unsupported keyword.
    if (!isObject(schema) || ++this.#schemas > MAX_SCHEMAS) {
      throw new NotStrict();
    }
    const strict: JsonObject = {};
    for (const [keyword, value] of Object.entries(schema)) {
      if (!KEYWORDS.has(keyword)) throw new NotStrict();
      if (LEFT_OUT.has(keyword)) continue;
      if (keyword === "format" && !FORMATS.has(value)) continue;
      strict[keyword] = this.#keyword(keyword, value, depth);
    }
    if (isObjectSchema(schema)) this.#close(schema, strict, depth);
    else if (!isTyped(strict)) throw new NotStrict();
    return strict;
  }

  #keyword(keyword: string, value: JsonValue, depth: number): JsonValue {
    switch (keyword) {
      case "enum":
        this.#enumValues += Array.isArray(value) ? value.length : 1;
        if (this.#enumValues > MAX_ENUM_VALUES) throw new NotStrict();
        return value;
      case "items":
        return this.write(value, depth + 1);
      case "anyOf":
        if (!Array.isArray(value)) throw new NotStrict();
        return value.map((one) => this.write(one, depth));
      case "$defs":
      case "definitions":
        if (!isObject(value)) throw new NotStrict();
        return mapValues(value, (one) => this.write(one, depth));
      default:
        return value;
    }
  }

  #close(schema: JsonObject, strict: JsonObject, depth: number): void {
    const { properties = {}, required, additionalProperties } = schema;
    if (!isObject(properties)) throw new NotStrict();
    const names = Object.keys(properties);
    // A map with arbitrary keys can't be expressed in strict mode.
    const isMap = names.length === 0 && additionalProperties !== false;
    if (isObject(additionalProperties) || isMap) throw new NotStrict();
    this.#properties += names.length;
    if (depth >= MAX_DEPTH || this.#properties > MAX_PROPERTIES) {
      throw new NotStrict();
    }
    const needed = new Set(Array.isArray(required) ? required : []);
    strict["type"] = schema["type"] ?? "object";
    strict["properties"] = mapValues(properties, (one, name) => {
      const inner = this.write(one, depth + 1);
      return needed.has(name) ? inner : orNull(inner);
    });
    strict["required"] = names;
    strict["additionalProperties"] = false;
  }
}

/** The same schema, or null. */
function orNull(schema: JsonObject): JsonObject {
  if (takesNull(schema)) return schema;
  const { type, enum: values } = schema;
  if (typeof type !== "string" || "anyOf" in schema || "const" in schema) {
    const { description, ...rest } = schema;
    const both = { anyOf: [rest, { type: "null" }] };
    return description === undefined ? both : { ...both, description };
  }
  const nullable = { ...schema, type: [type, "null"] };
  return Array.isArray(values)
    ? { ...nullable, enum: [...values, null] }
    : nullable;
}

/** If a schema does not say, null may be meant as a value. */
function keepsNull(schema: JsonValue | undefined): boolean {
  return !isObject(schema) || !isTyped(schema) || takesNull(schema);
}

/** Whether a schema's types include null. */
function takesNull(schema: JsonValue | undefined): boolean {
  if (!isObject(schema)) return false;
  const { type, anyOf, enum: values } = schema;
  if (Array.isArray(type)) return type.includes("null");
  if (type === undefined && Array.isArray(values)) return values.includes(null);
  return type === "null" || (Array.isArray(anyOf) && anyOf.some(takesNull));
}

function isObjectSchema({ type, properties }: JsonObject): boolean {
  return properties !== undefined || type === "object" ||
    (Array.isArray(type) && type.includes("object"));
}

function isTyped(schema: JsonObject): boolean {
  return ["type", "anyOf", "$ref", "enum", "const"]
    .some((keyword) => keyword in schema);
}

function mapValues(
  object: JsonObject,
  to: (value: JsonValue, key: string) => JsonValue,
): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, to(value, key)]),
  );
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
