/** What a keyword of JSON Schema is to the checker. */

import type { CheckRun, Evaluated } from "../check_run.ts";
import type { SchemaNode } from "../schema_node.ts";

/** A check that is done at once; it tells the run what does not fit. */
export type QuickCheck = (value: unknown, run: CheckRun) => void;

/** A check that goes deeper, and stops where others should get a turn. */
export type DeepCheck = (
  value: unknown,
  run: CheckRun,
  evaluated: Evaluated | undefined,
) => Generator<void, void>;

/** What a keyword means in one schema. */
export type KeywordCheck =
  | { readonly quick: QuickCheck }
  | { readonly deep: DeepCheck };

/** Where a keyword stands. */
export interface KeywordContext {
  /** The schema that it is part of. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** What `#` refers to there. */
  readonly root: unknown;
  /** Pays for what is read now; checks get a run of their own. */
  readonly run: CheckRun;
}

/** Reads one keyword; undefined when it checks nothing. */
export type Keyword = (
  argument: unknown,
  context: KeywordContext,
) => KeywordCheck | undefined;

/** Keywords by name. */
export type KeywordTable = Readonly<Record<string, Keyword>>;

/**
 * Checks a member of the value that the run is at: at once where that can be,
 * since generators take their time; what is left to do is answered.
 */
export function checkBelow(
  key: string | number,
  member: unknown,
  node: SchemaNode,
  run: CheckRun,
): Generator<void, void> | undefined {
  if (!node.isQuick) return checkDeeply(key, member, node, run);
  run.path.push(key);
  node.checkQuick(member, run);
  run.path.pop();
  return run.budget.isSliceOver() ? othersTurn() : undefined;
}

function* checkDeeply(
  key: string | number,
  member: unknown,
  node: SchemaNode,
  run: CheckRun,
): Generator<void, void> {
  run.path.push(key);
  yield* node.check(member, run);
  run.path.pop();
}

function* othersTurn(): Generator<void, void> {
  yield;
}
