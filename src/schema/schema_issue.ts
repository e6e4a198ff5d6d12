/** Describes a mismatch in words that a model can act on. */

import { oneLine, quote, shortened } from "../quote.ts";

/** One mismatch with a schema. */
export interface SchemaIssue {
  /** The path in the value: keys and indices, outermost first. */
  readonly path: readonly (string | number)[];
  /** What the schema expects there. */
  readonly expected: string;
  /** The value found there, truncated if it is long. */
  readonly got: string;
  /** The whole issue as one sentence. */
  readonly message: string;
}

const MOST_OF_PATH = 200;
const MOST_OF_VALUE = 60;
const MOST_EXPECTED = 300;

/** An issue that names what was expected at a path, and what was found. */
export function schemaIssue(
  path: readonly (string | number)[],
  expected: string,
  value: unknown,
): SchemaIssue {
  return issue(path, "", expected, describeValue(value));
}

/** An issue about a missing or forbidden member. */
export function memberIssue(
  path: readonly (string | number)[],
  state: "missing" | "unknown",
  expected: string,
): SchemaIssue {
  const got = state === "missing" ? "nothing" : "a value";
  return issue(path, ` is ${state}`, expected, got);
}

/** The texts of schema and value are put on one line, whatever they contain. */
function issue(
  path: readonly (string | number)[],
  state: string,
  expected: string,
  got: string,
): SchemaIssue {
  const wanted = oneLine(expected, MOST_EXPECTED);
  const came = oneLine(got, MOST_EXPECTED);
  const place = oneLine(placeOf(path), MOST_EXPECTED);
  const end = state === "" ? `, got ${came}` : "";
  return {
    path: [...path],
    expected: wanted,
    got: came,
    message: `${place}${state}: expected ${wanted}${end}`,
  };
}

function placeOf(path: readonly (string | number)[]): string {
  if (path.length === 0) return "The arguments";
  const place = path
    .map((key, at) =>
      typeof key === "number"
        ? `[${key}]`
        : /^[\w-]+$/.test(key)
        ? `${at === 0 ? "" : "."}${key}`
        : `[${quote(key)}]`
    )
    .join("");
  return `Argument "${shortened(place, MOST_OF_PATH)}"`;
}

/**
 * Describes a value in a few words: short values in full, others by kind and
 * size.
 */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value.length > MOST_OF_VALUE
        ? `a string of ${value.length} characters, ${
          JSON.stringify(shortened(value, MOST_OF_VALUE))
        }`
        : `the string ${JSON.stringify(value)}`;
    case "number":
    case "boolean":
      return `${value}`;
    case "undefined":
      return "nothing";
    default:
      if (value === null) return "null";
      if (Array.isArray(value)) return `a list of ${value.length}`;
      return "an object";
  }
}
