/** Describes what a schema expects, in a few words. */

import { shortened } from "../quote.ts";
import { isRecord } from "./json_view.ts";

const MOST_VALUES = 10;
const MOST_OF_VALUE = 40;
const MOST_BRANCHES = 4;
/** Maximum depth of described branches. */
const MOST_LEVELS = 2;

const KIND_WORDS: Readonly<Record<string, string>> = {
  null: "null",
  boolean: "true or false",
  number: "a number",
  integer: "a whole number",
  string: "a string",
  array: "a list",
  object: "an object",
};

/**
 * Describes what a schema expects: its values, its types, its branches' types.
 */
export function schemaText(schema: unknown): string {
  return textOf(schema, MOST_LEVELS) ?? "a value of another form";
}

function textOf(schema: unknown, levels: number): string | undefined {
  if (!isRecord(schema) || levels === 0) return undefined;
  if (Object.hasOwn(schema, "const")) return valueText(schema["const"]);
  const { type, enum: values } = schema;
  if (Array.isArray(values)) return valuesText(values);
  if (type !== undefined) return typeText(type);
  const branches = schema["anyOf"] ?? schema["oneOf"];
  if (!Array.isArray(branches)) return undefined;
  const texts = branches.slice(0, MOST_BRANCHES)
    .map((branch) => textOf(branch, levels - 1));
  return texts.includes(undefined) ? undefined : texts.join(" or ");
}

function typeText(type: unknown): string {
  const kinds = Array.isArray(type) ? type.slice(0, 7) : [type];
  return kinds.map((kind) => KIND_WORDS[String(kind)] ?? "something else")
    .join(" or ");
}

function valuesText(values: readonly unknown[]): string {
  const shown = values.slice(0, MOST_VALUES).map(valueText);
  if (values.length > MOST_VALUES) {
    shown.push(`… (${values.length} values)`);
  }
  return values.length === 1 ? shown.join() : `one of ${shown.join(", ")}`;
}

/** Only the start of large values, and never a whole object. */
function valueText(value: unknown): string {
  if (typeof value === "string") {
    return JSON.stringify(shortened(value, MOST_OF_VALUE));
  }
  if (typeof value !== "object" || value === null) return String(value);
  return Array.isArray(value) ? "a certain list" : "a certain object";
}
