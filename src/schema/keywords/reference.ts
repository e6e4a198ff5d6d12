/** References to other places of the same schema. */

import { UncheckableSchema } from "../step_budget.ts";
import type { Keyword, KeywordTable } from "./keyword.ts";

/** What another place says holds here too. */
const reference: Keyword = (argument, { root }) => ({
  *deep(value, run, evaluated) {
    yield* run.refer(argument, root).check(value, run, evaluated);
  },
});

/** References whose aim depends on the way to them are not followed. */
const unfollowed: Keyword = () => {
  throw new UncheckableSchema("it has a $dynamicRef or $recursiveRef");
};

/** The keywords of this file, by name. */
export const REFERENCE_KEYWORDS: KeywordTable = {
  $dynamicRef: unfollowed,
  $recursiveRef: unfollowed,
  $ref: reference,
};
