/**
 * Parameters as model providers take them: an object schema that says so, with
 * nothing at its top that providers refuse there. What a model is told may be
 * wider than what the tool takes: arguments are checked against all of it.
 */

import type { JsonValue, ToolSchema } from "../../mod.ts";

type JsonObject = { [key: string]: JsonValue };

/** A JSON Schema of an object. */
export interface ObjectSchema {
  /** Providers refuse parameters without it. */
  type: "object";
  /** Providers refuse some without it. */
  properties: { [name: string]: JsonValue };
  /** Everything else that the tool says of them. */
  [keyword: string]: JsonValue;
}

/** Longer ways from reference to reference are given up. */
const MAX_REFERENCES = 10;

/** A tool's parameters, with what providers ask for, as a copy. */
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

/** The schemas of a list that say something of members. */
function branches(
  list: JsonValue | undefined,
  whole: JsonObject,
): JsonObject[] {
  return Array.isArray(list)
    ? list.filter(isObject).map((one) => target(one, whole))
    : [];
}

/** What a schema refers to inside of the whole, with what it says beside it. */
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
