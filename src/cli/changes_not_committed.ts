/** Changes that could not be committed. */

import type { CommitResult } from "../../mod.ts";
import { quote } from "../quote.ts";

/** Changes that could not be committed. */
export class ChangesNotCommitted extends Error {
  override readonly name = "ChangesNotCommitted";

  constructor({ conflicts, began, leftovers }: CommitResult) {
    const named = conflicts
      .map(({ path, reason }) => `${quote(path)}: ${reason}`).join("; ");
    const state = began
      ? "some changes were made before"
      : "nothing was changed";
    const left = leftovers.length === 0
      ? ""
      : `; clean up ${leftovers.map(quote).join(", ")}`;
    super(`Cannot commit changes: ${named} (${state}${left})`);
  }
}
