/** Keywords for objects. */

import type { CheckRun } from "../check_run.ts";
import { quote } from "../../quote.ts";
import { asJson, isRecord, keysOf } from "../json_view.ts";
import { Pattern } from "../pattern/pattern.ts";
import { schemaText } from "../schema_text.ts";
import { type StepBudget, UncheckableSchema } from "../step_budget.ts";
import {
  checkBelow,
  type DeepCheck,
  type Keyword,
  type KeywordContext,
  type KeywordTable,
} from "./keyword.ts";

/** Maximum number of names in a message. */
const MOST_NAMES = 20;

/** Limited because each pattern is tried for each member. */
const MAX_PATTERNS = 500;

type Members = Readonly<Record<string, unknown>>;

/** Minimum number of members. */
const minProperties: Keyword = sizeLimit(
  "at least",
  (size, limit) => size >= limit,
);
/** Maximum number of members. */
const maxProperties: Keyword = sizeLimit(
  "at most",
  (size, limit) => size <= limit,
);

function sizeLimit(
  words: string,
  fits: (size: number, limit: number) => boolean,
): Keyword {
  return (limit) =>
    typeof limit !== "number" ? undefined : {
      quick(value, run) {
        if (!isRecord(value)) return;
        run.budget.take(1);
        if (fits(keysOf(value).length, limit)) return;
        run.fail(`an object of ${words} ${limit} members`, value);
      },
    };
}

/** Required members. */
const required: Keyword = (names, { schema }) => {
  if (!Array.isArray(names)) return undefined;
  return {
    quick(value, run) {
      if (isRecord(value)) checkRequired(names, schema, value, run);
    },
  };
};

/** Members required if another one is present. */
const dependentRequired: Keyword = (argument, { schema }) => {
  if (!isRecord(argument)) return undefined;
  return {
    quick(value, run) {
      if (!isRecord(value)) return;
      for (const key of paidKeys(value, run.budget)) {
        const names = own(argument, key);
        if (Array.isArray(names)) checkRequired(names, schema, value, run);
      }
    },
  };
};

/** Members by name. */
const members: Keyword = (argument, { root }) =>
  !isRecord(argument) ? undefined : {
    *deep(value, run, evaluated) {
      if (!isRecord(value)) return;
      for (const key of paidKeys(value, run.budget)) {
        if (!Object.hasOwn(argument, key)) continue;
        const rest = checkMember(value, key, argument[key], root, run);
        if (rest) yield* rest;
        evaluated?.add(key);
      }
    },
  };

/** Members whose name matches a pattern. */
const patternMembers: Keyword = (argument, { root }) => {
  if (!isRecord(argument)) return undefined;
  const patterns = patternsOf(argument);
  return {
    *deep(value, run, evaluated) {
      if (!isRecord(value)) return;
      for (const key of paidKeys(value, run.budget)) {
        for (const [pattern, schema] of patterns()) {
          if (!(yield* pattern.matches(key, run.budget))) continue;
          const rest = checkMember(value, key, schema, root, run);
          if (rest) yield* rest;
          evaluated?.add(key);
        }
      }
    },
  };
};

/** Members matched by neither `properties` nor `patternProperties`. */
const otherMembers: Keyword = (argument, context) => {
  const { schema } = context;
  const named = isRecord(schema["properties"]) ? schema["properties"] : {};
  const patterns = isRecord(schema["patternProperties"])
    ? patternsOf(schema["patternProperties"])
    : () => [];
  return {
    *deep(value, run, evaluated) {
      if (!isRecord(value)) return;
      nextKey: for (const key of paidKeys(value, run.budget)) {
        if (Object.hasOwn(named, key)) continue;
        for (const [pattern] of patterns()) {
          if (yield* pattern.matches(key, run.budget)) continue nextKey;
        }
        const rest = checkOther(value, key, argument, context, run);
        if (rest) yield* rest;
        evaluated?.add(key);
      }
    },
  };
};

/** The names of members. */
const propertyNames: Keyword = (argument, { root }) => ({
  *deep(value, run) {
    if (!isRecord(value)) return;
    for (const key of paidKeys(value, run.budget)) {
      const rest = checkBelow(key, key, run.node(argument, root), run);
      if (rest) yield* rest;
    }
  },
});

/** Schemas for the whole object if a member is present. */
const dependentSchemas: Keyword = (argument, { root }) =>
  isRecord(argument) ? { deep: dependent(argument, root) } : undefined;

/** Draft 7: combines `dependentRequired` and `dependentSchemas`. */
const dependencies: Keyword = (argument, { root, schema }) => {
  if (!isRecord(argument)) return undefined;
  const deep = dependent(argument, root);
  return {
    *deep(value, run, evaluated) {
      if (!isRecord(value)) return;
      for (const key of paidKeys(value, run.budget)) {
        const names = own(argument, key);
        if (Array.isArray(names)) checkRequired(names, schema, value, run);
      }
      yield* deep(value, run, evaluated);
    },
  };
};

/** Members that no other keyword has evaluated. */
const unevaluatedProperties: Keyword = (argument, context) => ({
  *deep(value, run, evaluated) {
    if (!isRecord(value)) return;
    for (const key of paidKeys(value, run.budget)) {
      if (evaluated?.has(key)) continue;
      const rest = checkOther(value, key, argument, context, run);
      if (rest) yield* rest;
      evaluated?.add(key);
    }
  },
});

function dependent(schemas: Members, root: unknown): DeepCheck {
  return function* (value, run, evaluated) {
    if (!isRecord(value)) return;
    for (const key of paidKeys(value, run.budget)) {
      const schema = own(schemas, key);
      if (schema === undefined || Array.isArray(schema)) continue;
      yield* run.node(schema, root).check(value, run, evaluated);
    }
  };
}

function checkRequired(
  names: readonly unknown[],
  schema: Members,
  value: Record<string, unknown>,
  run: CheckRun,
): void {
  run.budget.take(names.length);
  for (const name of names) {
    if (typeof name !== "string") continue;
    if (asJson(own(value, name)) !== undefined) continue;
    const properties = schema["properties"];
    const wanted = isRecord(properties) ? own(properties, name) : undefined;
    run.failMember(name, "missing", () => schemaText(wanted));
  }
}

function checkMember(
  value: Record<string, unknown>,
  key: string,
  schema: unknown,
  root: unknown,
  run: CheckRun,
): Generator<void, void> | undefined {
  const member = asJson(value[key]);
  return member === undefined
    ? undefined
    : checkBelow(key, member, run.node(schema, root), run);
}

/** Checks an undeclared member; if none is allowed, the issue says so. */
function checkOther(
  value: Record<string, unknown>,
  key: string,
  schema: unknown,
  { root, schema: whole }: KeywordContext,
  run: CheckRun,
): Generator<void, void> | undefined {
  if (schema !== false) return checkMember(value, key, schema, root, run);
  if (asJson(value[key]) !== undefined) {
    run.failMember(key, "unknown", () => knownNames(whole["properties"]));
  }
  return undefined;
}

function knownNames(properties: unknown): string {
  const names: string[] = [];
  for (const name in isRecord(properties) ? properties : {}) {
    if (names.push(quote(name)) > MOST_NAMES) break;
  }
  if (names.length === 0) return "no arguments";
  if (names.length > MOST_NAMES) names[MOST_NAMES] = "…";
  return names.length === 1 ? `only ${names[0]}` : `only ${names.join(", ")}`;
}

/** Patterns are compiled once, when the first member is checked. */
function patternsOf(
  schemas: Members,
): () => readonly (readonly [Pattern, unknown])[] {
  const sources = Object.keys(schemas);
  if (sources.length > MAX_PATTERNS) {
    throw new UncheckableSchema(
      `it has ${sources.length} patternProperties, limit is ${MAX_PATTERNS}`,
    );
  }
  let patterns: (readonly [Pattern, unknown])[] | undefined;
  return () =>
    patterns ??= sources.map((source) => [Pattern.of(source), schemas[source]]);
}

/** Keys, including those that JSON leaves out. */
function paidKeys(value: object, budget: StepBudget): string[] {
  const keys = Object.keys(value);
  budget.take(keys.length);
  return keys;
}

function own(record: Members, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** The keywords of this file, by name. */
export const OBJECT_KEYWORDS: KeywordTable = {
  minProperties,
  maxProperties,
  required,
  dependentRequired,
  properties: members,
  patternProperties: patternMembers,
  additionalProperties: otherMembers,
  propertyNames,
  dependentSchemas,
  dependencies,
  unevaluatedProperties,
};
