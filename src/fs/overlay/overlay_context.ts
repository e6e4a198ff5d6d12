/** What an overlay shares with its guest's other trees. */

import type { EntryBudget } from "../entry_budget.ts";
import type { FileClock } from "../file_clock.ts";
import type { WriteBudget } from "../write_budget.ts";

/** What an overlay shares with its guest's other trees. */
export interface OverlayContext {
  readonly budget: WriteBudget;
  readonly entries: EntryBudget;
  readonly stop: { check(): void };
  readonly clock: FileClock;
}
