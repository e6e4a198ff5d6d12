/** Handles a call's overlay changes, and reports them to the client. */

import type {
  CallResult,
  Change,
  ChangeConflict,
  JsonValue,
} from "../../../mod.ts";

/**
 * What happens to changes in folders with an overlay: `"return"` reports and
 * drops them, `"drop"` drops them without a report, `"commit"` commits them if
 * the call succeeded. Nobody can be asked during a call.
 */
export type ChangePolicy = "return" | "drop" | "commit";

/** The key of `_meta` for changes, if there were any. */
export const CHANGES_KEY = "cortexai.sandbox/changes";

/** Maximum number of listed changes; removals and renames come first. */
const MOST_LISTED = 200;
/** Maximum length of the diff, in UTF-16 code units. */
const MOST_DIFF = 65_536;

/** The report of one call's changes. */
export interface ToldChanges {
  /** At most 200 changes, destructive ones first. */
  readonly list: readonly Change[];
  /** The total number of changes. */
  readonly count: number;
  /** The changes as a unified diff, truncated. */
  readonly diff: string;
  /** Whether they were committed to the folders. */
  readonly committed: boolean;
  /** The conflicts that prevented it. */
  readonly conflicts: readonly ChangeConflict[];
}

/** Commits or drops changes; undefined if there is nothing to report. */
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

/** Removals come before creations, so that truncation does not hide them. */
function lossesFirst(list: readonly Change[]): readonly Change[] {
  if (list.length <= MOST_LISTED) return list;
  const isLoss = ({ kind }: Change) => kind === "removed" || kind === "renamed";
  return [...list.filter(isLoss), ...list.filter((one) => !isLoss(one))];
}
