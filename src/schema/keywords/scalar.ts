/** Keywords for values of any type, numbers and strings. */

import type { CheckRun } from "../check_run.ts";
import {
  canonicalText,
  isRecord,
  type JsonKind,
  kindOf,
} from "../json_view.ts";
import { Pattern } from "../pattern/pattern.ts";
import { schemaText } from "../schema_text.ts";
import { UncheckableSchema } from "../step_budget.ts";
import type { Keyword, KeywordTable } from "./keyword.ts";

/** Characters of text per step. */
const CHARACTERS_PER_STEP = 32;
/** Values of an `enum` read per step. */
const VALUES_PER_STEP = 8;

const KINDS: Readonly<
  Record<string, (kind: JsonKind, value: unknown) => boolean>
> = {
  integer: (_, value) => Number.isInteger(value),
  ...Object.fromEntries(
    (["null", "boolean", "number", "string", "array", "object"] as const)
      .map((wanted) => [wanted, (kind: JsonKind) => kind === wanted]),
  ),
};

/** One type, or one of several types. */
const type: Keyword = (argument, { schema }) => {
  const names = Array.isArray(argument) ? argument : [argument];
  const kinds = names.map((name: unknown) => {
    if (typeof name !== "string" || !Object.hasOwn(KINDS, name)) {
      throw new UncheckableSchema(
        "it has a type that JSON Schema does not have",
      );
    }
    return KINDS[name]!;
  });
  return {
    quick(value, run) {
      const kind = kindOf(value);
      if (kinds.some((is) => is(kind, value))) return;
      run.fail(schemaText(schema), value);
    },
  };
};

/** Equals one value. */
const constant: Keyword = (argument, context) =>
  enumeration([argument], context);

/** Equals one of several values. */
const enumeration: Keyword = (argument, { schema, run }) => {
  if (!Array.isArray(argument)) {
    throw new UncheckableSchema("it has an enum that is not a list");
  }
  run.budget.take(argument.length / VALUES_PER_STEP);
  const scalars = new Set<unknown>(argument.filter((one) => !isDeep(one)));
  const deep = argument.filter(isDeep);
  let texts: Set<string> | undefined;
  return {
    quick(value, run) {
      if (!isDeep(value)) {
        if (scalars.has(value)) return;
      } else if (deep.length > 0) {
        texts ??= new Set(deep.map((one) => paidText(one, run)));
        if (texts.has(paidText(value, run))) return;
      }
      run.fail(schemaText(schema), value);
    },
  };
};

/** Inclusive minimum. */
const minimum: Keyword = numeric(
  "at least",
  (value, limit) => value >= limit,
);
/** Exclusive minimum. */
const exclusiveMinimum: Keyword = numeric(
  "more than",
  (value, limit) => value > limit,
);
/** Inclusive maximum. */
const maximum: Keyword = numeric(
  "at most",
  (value, limit) => value <= limit,
);
/** Exclusive maximum. */
const exclusiveMaximum: Keyword = numeric(
  "less than",
  (value, limit) => value < limit,
);
/** Multiples of a number, up to floating-point precision. */
const multipleOf: Keyword = numeric("a multiple of", (value, unit) => {
  const quotient = value / unit;
  return value % unit === 0 ||
    Math.abs(quotient - Math.round(quotient)) <= 2 ** -40 * Math.abs(quotient);
});

function numeric(
  words: string,
  fits: (value: number, limit: number) => boolean,
): Keyword {
  return (limit) =>
    typeof limit !== "number" ? undefined : {
      quick(value, run) {
        if (typeof value !== "number" || fits(value, limit)) return;
        run.fail(`${words} ${limit}`, value);
      },
    };
}

/** Minimum string length. */
const minLength: Keyword = lengthLimit(
  "at least",
  (length, limit) => length >= limit,
);
/** Maximum string length. */
const maxLength: Keyword = lengthLimit(
  "at most",
  (length, limit) => length <= limit,
);

function lengthLimit(
  words: string,
  fits: (length: number, limit: number) => boolean,
): Keyword {
  return (limit) =>
    typeof limit !== "number" ? undefined : {
      quick(value, run) {
        if (typeof value !== "string") return;
        run.budget.take(value.length / CHARACTERS_PER_STEP);
        if (fits(characters(value), limit)) return;
        run.fail(`a string of ${words} ${limit} characters`, value);
      },
    };
}

/** Strings that contain a match of a regular expression. */
const pattern: Keyword = (argument) => {
  if (typeof argument !== "string") return undefined;
  const wanted = Pattern.of(argument);
  return {
    *deep(value, run) {
      if (typeof value !== "string") return;
      if (yield* wanted.matches(value, run.budget)) return;
      run.fail(`a string that matches ${wanted}`, value);
    },
  };
};

/** The length in code points: a surrogate pair counts once. */
function characters(text: string): number {
  let count = text.length;
  for (let at = 1; at < text.length; at++) {
    if ((text.charCodeAt(at) & 0xfc00) !== 0xdc00) continue;
    if ((text.charCodeAt(at - 1) & 0xfc00) === 0xd800) count--;
  }
  return count;
}

function isDeep(value: unknown): boolean {
  return Array.isArray(value) || isRecord(value);
}

/** A canonical text, charged to the budget by its length. */
export function paidText(value: unknown, run: CheckRun): string {
  const text = textOf(value);
  run.budget.take(1 + text.length / CHARACTERS_PER_STEP);
  return text;
}

/** Sorting keys and serializing recurse, and may overflow the stack. */
function textOf(value: unknown): string {
  try {
    return canonicalText(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UncheckableSchema(
      "it compares a value that is nested too deeply",
    );
  }
}

/** The keywords of this file, by name. */
export const SCALAR_KEYWORDS: KeywordTable = {
  type,
  const: constant,
  enum: enumeration,
  minimum,
  exclusiveMinimum,
  maximum,
  exclusiveMaximum,
  multipleOf,
  minLength,
  maxLength,
  pattern,
};
