/**
 * Parameters in the form that model providers accept: an explicit object
 * schema, without top-level keywords that providers refuse. What the model sees
 * may accept more than the tool does: arguments are still validated against the
 * full schema.
 */

import type { JsonValue, ToolSchema } from "../../mod.ts";

type JsonObject = { [key: string]: JsonValue };

/** A JSON Schema of an object. */
export interface ObjectSchema {
  /** Required by providers. */
  type: "object";
  /** Some providers require it. */
  properties: { [name: string]: JsonValue };
  /** All other keywords of the tool's schema. */
  [keyword: string]: JsonValue;
}

/** Longer chains of references are not followed. */
const MAX_REFERENCES = 10;

/** A copy of a tool's parameters in the form that providers require. */
export function objectSchema({ parameters }: ToolSchema): ObjectSchema {
  const whole = structuredClone(parameters) as JsonObject;
  const { allOf, anyOf, oneOf, not: _not, enum: _enum, ...rest } = target(
    whole,
  );
  const properties: JsonObject = {};
  const required: JsonValue[] = [];
  for (const part of branches(allOf, whole)) {
    Object.assign(properties, part["properties"]);
    if (Array.isArray(part["required"])) required.push(...part["required"]);
  }
  for (const part of [...branches(anyOf, whole), ...branches(oneOf, whole)]) {
    Object.assign(properties, part["properties"]);
  }
  Object.assign(properties, rest["properties"]);
  if (Array.isArray(rest["required"])) required.push(...rest["required"]);
  return {
    ...rest,
    type: "object",
    properties,
    ...required.length > 0 && { required: [...new Set(required)] },
  };
}

/** The subschemas of a list that constrain members. */
function branches(
  list: JsonValue | undefined,
  whole: JsonObject,
): JsonObject[] {
  return Array.isArray(list)
    ? list.filter(isObject).map((one) => target(one, whole))
    : [];
}

/**
 * The target of a schema's `$ref` within the whole, merged with its sibling
 * keywords.
 */
function target(schema: JsonObject, whole: JsonObject = schema): JsonObject {
  let found = schema;
  for (let count = 0; count < MAX_REFERENCES; count++) {
    const { $ref, ...rest } = found;
    if ($ref === undefined) return found;
    const [, place, name] = /^#\/(\$defs|definitions)\/([^/~%]+)$/
      .exec(String($ref)) ?? [];
    const group = place === undefined ? undefined : whole[place];
    if (!isObject(group) || !Object.hasOwn(group, name!)) return rest;
    const aim = group[name!];
    found = { ...(isObject(aim) ? aim : {}), ...rest };
  }
  return {};
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
