/**
 * The supported keywords: JSON Schema 2020-12, and draft 7 where it differs.
 * All others are annotations, including `format`.
 *
 * @see https://json-schema.org/draft/2020-12/json-schema-validation
 */

import { ARRAY_KEYWORDS } from "./array.ts";
import { BRANCH_KEYWORDS } from "./branch.ts";
import type { Keyword, KeywordTable } from "./keyword.ts";
import { OBJECT_KEYWORDS } from "./object.ts";
import { REFERENCE_KEYWORDS } from "./reference.ts";
import { SCALAR_KEYWORDS } from "./scalar.ts";

const ALL: KeywordTable = {
  ...SCALAR_KEYWORDS,
  ...ARRAY_KEYWORDS,
  ...OBJECT_KEYWORDS,
  ...BRANCH_KEYWORDS,
  ...REFERENCE_KEYWORDS,
};

/**
 * The most informative come first; the last ones depend on what all others
 * evaluated.
 */
const ORDER: readonly string[] = [
  "type",
  "const",
  "enum",
  "minimum",
  "exclusiveMinimum",
  "maximum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
  "required",
  "dependentRequired",
  "$dynamicRef",
  "$recursiveRef",
  "$ref",
  "pattern",
  "properties",
  "patternProperties",
  "additionalProperties",
  "propertyNames",
  "dependentSchemas",
  "dependencies",
  "prefixItems",
  "items",
  "additionalItems",
  "contains",
  "uniqueItems",
  "allOf",
  "anyOf",
  "oneOf",
  "not",
  "if",
  "unevaluatedItems",
  "unevaluatedProperties",
];

/** All keywords, in the order in which they are checked. */
export const KEYWORDS: readonly (readonly [name: string, Keyword])[] = ORDER
  .map((name) => [name, ALL[name]!]);
