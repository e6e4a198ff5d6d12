/** Keywords for arrays. */

import type { CheckRun } from "../check_run.ts";
import { itemAsJson } from "../json_view.ts";
import {
  checkBelow,
  type DeepCheck,
  type Keyword,
  type KeywordTable,
} from "./keyword.ts";
import { paidText } from "./scalar.ts";

/** Minimum number of items. */
const minItems: Keyword = sizeLimit(
  "at least",
  (size, limit) => size >= limit,
);
/** Maximum number of items. */
const maxItems: Keyword = sizeLimit(
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
        if (!Array.isArray(value) || fits(value.length, limit)) return;
        run.fail(`a list of ${words} ${limit} items`, value);
      },
    };
}

/** The first items, each with its own schema. */
const prefixItems: Keyword = (schemas, { root }) =>
  Array.isArray(schemas) ? { deep: tuple(schemas, root) } : undefined;

/** All items after those; in draft 7 it may be an array for the first items. */
const items: Keyword = (argument, { schema, root }) => {
  if (Array.isArray(argument)) return { deep: tuple(argument, root) };
  const { prefixItems } = schema;
  const from = Array.isArray(prefixItems) ? prefixItems.length : 0;
  return { deep: itemsFrom(from, argument, root) };
};

/** Draft 7: the items after those listed in `items`. */
const additionalItems: Keyword = (argument, { schema, root }) =>
  Array.isArray(schema["items"])
    ? { deep: itemsFrom(schema["items"].length, argument, root) }
    : undefined;

/** Some items, from `minContains` to `maxContains` of them. */
const contains: Keyword = (argument, { schema, root }) => {
  const { minContains, maxContains } = schema;
  const least = typeof minContains === "number" ? minContains : 1;
  const most = typeof maxContains === "number" ? maxContains : Infinity;
  return {
    *deep(value, run, evaluated) {
      if (!Array.isArray(value)) return;
      let count = 0;
      for (let at = 0; at < value.length; at++) {
        if (!(yield* isFitting(value[at], argument, root, run))) continue;
        count++;
        evaluated?.add(at);
      }
      if (count >= least && count <= most) return;
      const wanted = most === Infinity
        ? `at least ${least}`
        : `${least} to ${most}`;
      run.fail(`a list with ${wanted} items of a certain form`, value);
    },
  };
};

/** Arrays without equal items. */
const uniqueItems: Keyword = (isWanted) =>
  isWanted !== true ? undefined : {
    *deep(value, run) {
      if (!Array.isArray(value)) return;
      const seen = new Set<string>();
      for (const item of value) {
        const text = paidText(itemAsJson(item), run);
        if (seen.has(text)) {
          run.fail("a list without equal items", value);
          return;
        }
        seen.add(text);
        if (run.budget.isSliceOver()) yield;
      }
    },
  };

/** Items that no other keyword has evaluated. */
const unevaluatedItems: Keyword = (argument, { root }) => ({
  *deep(value, run, evaluated) {
    if (!Array.isArray(value)) return;
    for (let at = 0; at < value.length; at++) {
      if (evaluated?.has(at)) continue;
      const rest = checkBelow(
        at,
        itemAsJson(value[at]),
        run.node(argument, root),
        run,
      );
      if (rest) yield* rest;
      evaluated?.add(at);
    }
  },
});

function tuple(schemas: readonly unknown[], root: unknown): DeepCheck {
  return function* (value, run, evaluated) {
    if (!Array.isArray(value)) return;
    const count = Math.min(value.length, schemas.length);
    for (let at = 0; at < count; at++) {
      const rest = checkBelow(
        at,
        itemAsJson(value[at]),
        run.node(schemas[at], root),
        run,
      );
      if (rest) yield* rest;
      evaluated?.add(at);
    }
  };
}

function itemsFrom(from: number, schema: unknown, root: unknown): DeepCheck {
  return function* (value, run, evaluated) {
    if (!Array.isArray(value)) return;
    if (from >= value.length) return;
    const node = run.node(schema, root);
    for (let at = from; at < value.length; at++) {
      const rest = checkBelow(at, itemAsJson(value[at]), node, run);
      if (rest) yield* rest;
      evaluated?.add(at);
    }
  };
}

/** Whether an item matches, without recording why not. */
function* isFitting(
  item: unknown,
  schema: unknown,
  root: unknown,
  run: CheckRun,
): Generator<void, boolean> {
  const { issues, failures } = run;
  run.issues = [];
  const fits = yield* run.node(schema, root).check(itemAsJson(item), run);
  run.issues = issues;
  run.failures = failures;
  return fits;
}

/** The keywords of this file, by name. */
export const ARRAY_KEYWORDS: KeywordTable = {
  minItems,
  maxItems,
  prefixItems,
  items,
  additionalItems,
  contains,
  uniqueItems,
  unevaluatedItems,
};
