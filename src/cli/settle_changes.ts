/** Shows what a call changed in overlays, and commits or drops it. */

import type { Changes } from "../../mod.ts";
import { ChangesNotCommitted } from "./changes_not_committed.ts";
import type { ChangePlan } from "./change_flags.ts";
import { printableLines } from "./printable.ts";
import type { Terminal } from "./terminal.ts";

/** What happened to the changes, as printed in JSON. */
export interface SettledChanges {
  readonly list: Changes["list"];
  readonly diff: string | undefined;
  readonly committed: boolean;
  /** Why they could not be committed, if requested. */
  readonly error: ChangesNotCommitted | undefined;
}

/**
 * Commits or drops the changes of one call.
 *
 * @param hasSucceeded Whether the call succeeded: changes of a failed call are
 * never committed.
 */
export async function settleChanges(
  changes: Changes,
  { decision, showsDiff }: ChangePlan,
  hasSucceeded: boolean,
  terminal: Terminal,
  isJson: boolean,
): Promise<SettledChanges | undefined> {
  if (changes.isEmpty) return undefined;
  const diff = showsDiff ? await changes.diff() : undefined;
  const tell = async (text: string) => {
    if (!isJson) await terminal.writeError(printableLines(text));
  };
  await tell(changes.summary());
  if (diff !== undefined) await tell(diff);
  const { list } = changes;
  const isKept = hasSucceeded &&
    (decision ?? await answer(terminal, isJson)) === "commit";
  if (!isKept) {
    changes.drop();
    await tell(
      hasSucceeded
        ? "Dropped; --commit keeps changes.\n"
        : "Dropped: the call failed.\n",
    );
    return { list, diff, committed: false, error: undefined };
  }
  const result = await changes.commit();
  if (result.ok) await tell("Committed.\n");
  const error = result.ok ? undefined : new ChangesNotCommitted(result);
  return { list, diff, committed: result.ok, error };
}

/** Asks the user, if there is one. */
async function answer(
  terminal: Terminal,
  isJson: boolean,
): Promise<"commit" | "drop"> {
  if (isJson || !terminal.isScreen("error")) return "drop";
  const said = await terminal.ask("Keep these changes? [y/N] ");
  return /^y(es)?$/i.test(said?.trim() ?? "") ? "commit" : "drop";
}
