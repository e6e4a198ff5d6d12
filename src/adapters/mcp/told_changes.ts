/** What becomes of a call's changes in overlays, and what a client is told. */

import type {
  CallResult,
  Change,
  ChangeConflict,
  JsonValue,
} from "../../../mod.ts";

/**
 * What becomes of what tools change in folders with an overlay: they are
 * dropped, and told or not, or carried out when the call succeeded. Nobody can
 * be asked in the middle of a call.
 */
export type ChangePolicy = "return" | "drop" | "commit";

/** Where a result tells of changes, if there were some. */
export const CHANGES_KEY = "cortexai.sandbox/changes";

/** How many changes are listed; removals and renames come first. */
const MOST_LISTED = 200;
/** How much of the patch is told, in UTF-16 units. */
const MOST_DIFF = 65_536;

/** What a client is told of the changes of one call. */
export interface ToldChanges {
  /** At most 200 of them, with what is lost first. */
  readonly list: readonly Change[];
  /** How many there are in all. */
  readonly count: number;
  /** The changes as a unified diff, cut. */
  readonly diff: string;
  /** Whether they are in the folders now. */
  readonly committed: boolean;
  /** What was in the way of that. */
  readonly conflicts: readonly ChangeConflict[];
}

/** Carries changes out or drops them; undefined when nothing is to be told. */
export async function settleChanges(
  { ok, changes }: CallResult<JsonValue>,
  policy: ChangePolicy,
): Promise<ToldChanges | undefined> {
  if (changes.isEmpty || changes.isSettled) return undefined;
  const { list } = changes;
  const commits = policy === "commit" && ok;
  const diff = policy === "drop" ? "" : await changes.diff();
  const committed = commits ? await changes.commit() : undefined;
  if (!changes.isSettled) changes.drop();
  if (policy === "drop") return undefined;
  return {
    list: lossesFirst(list).slice(0, MOST_LISTED),
    count: list.length,
    diff: diff.length > MOST_DIFF ? `${diff.slice(0, MOST_DIFF)}…` : diff,
    committed: committed?.ok ?? false,
    conflicts: committed?.conflicts.slice(0, MOST_LISTED) ?? [],
  };
}

/** What is cut is never a removal that a creation stands before. */
function lossesFirst(list: readonly Change[]): readonly Change[] {
  if (list.length <= MOST_LISTED) return list;
  const isLoss = ({ kind }: Change) => kind === "removed" || kind === "renamed";
  return [...list.filter(isLoss), ...list.filter((one) => !isLoss(one))];
}
