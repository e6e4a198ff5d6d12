/** The interface of a JSON Schema keyword to the checker. */

import type { CheckRun, Evaluated } from "../check_run.ts";
import type { SchemaNode } from "../schema_node.ts";

/** A synchronous check, which records mismatches in the run. */
export type QuickCheck = (value: unknown, run: CheckRun) => void;

/** A recursive check, which yields when the event loop should get a turn. */
export type DeepCheck = (
  value: unknown,
  run: CheckRun,
  evaluated: Evaluated | undefined,
) => Generator<void, void>;

/** The check of a keyword in one schema. */
export type KeywordCheck =
  | { readonly quick: QuickCheck }
  | { readonly deep: DeepCheck };

/** The context of a keyword. */
export interface KeywordContext {
  /** The schema that it is part of. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** What `#` refers to in that schema. */
  readonly root: unknown;
  /** The run that pays for reading the schema; checks get their own run. */
  readonly run: CheckRun;
}

/** Compiles a keyword; undefined if it checks nothing. */
export type Keyword = (
  argument: unknown,
  context: KeywordContext,
) => KeywordCheck | undefined;

/** Keywords by name. */
export type KeywordTable = Readonly<Record<string, Keyword>>;

/**
 * Checks a member of the run's current value: synchronously where possible, as
 * generators are slow; returns what is left to do.
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
