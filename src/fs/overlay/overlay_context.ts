/** What an overlay shares with the other trees of its guest. */

import type { EntryBudget } from "../entry_budget.ts";
import type { FileClock } from "../file_clock.ts";
import type { WriteBudget } from "../write_budget.ts";

/** What an overlay shares with the other trees of its guest. */
export interface OverlayContext {
  readonly budget: WriteBudget;
  readonly entries: EntryBudget;
  readonly stop: { check(): void };
  readonly clock: FileClock;
}
