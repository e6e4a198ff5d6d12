/** What model providers refuse in a request, checked as they check it. */

import { assert, assertEquals, assertMatch } from "@std/assert";

type Json = Record<string, unknown>;

/** Names and parameters, as all of them check. */
export function checkTool(name: unknown, parameters: unknown): void {
  assertMatch(String(name), /^[a-zA-Z0-9_-]{1,64}$/);
  const schema = parameters as Json;
  assertEquals(schema["type"], "object", `${name} has parameters of no type`);
  assertEquals(typeof schema["properties"], "object");
  for (const refused of ["oneOf", "anyOf", "allOf", "enum", "not", "$ref"]) {
    assert(!(refused in schema), `${name} has ${refused} at its top`);
  }
}

/** Strict mode: every object is closed, and requires all of its members. */
export function checkStrict(schema: unknown, path = "parameters"): void {
  if (Array.isArray(schema)) {
    schema.forEach((one, at) => checkStrict(one, `${path}[${at}]`));
    return;
  }
  if (typeof schema !== "object" || schema === null) return;
  const { type, properties, required, additionalProperties } = schema as Json;
  const kinds = [type].flat();
  if (kinds.includes("object") || properties !== undefined) {
    assertEquals(additionalProperties, false, `${path} is open`);
    const names = Object.keys(properties as Json);
    assertEquals([...required as string[]].sort(), names.sort(), path);
  }
  for (const refused of ["default", "oneOf", "allOf", "not", "if"]) {
    assert(
      !(refused in schema) || path.endsWith("properties"),
      `${path}.${refused}`,
    );
  }
  for (const [key, value] of Object.entries(schema)) {
    if (key !== "enum" && key !== "const") checkStrict(value, `${path}.${key}`);
  }
}

/** Each call is answered once, by the very next messages. */
export function checkAnswered(
  called: readonly unknown[],
  answered: readonly unknown[],
): void {
  assertEquals([...answered].sort(), [...called].sort());
}
