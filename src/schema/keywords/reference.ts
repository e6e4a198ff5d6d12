/** Keywords for references within the same schema. */

import { UncheckableSchema } from "../step_budget.ts";
import type { Keyword, KeywordTable } from "./keyword.ts";

/** Applies the schema that it refers to. */
const reference: Keyword = (argument, { root }) => ({
  *deep(value, run, evaluated) {
    yield* run.refer(argument, root).check(value, run, evaluated);
  },
});

/** References whose target depends on the dynamic scope are not supported. */
const unfollowed: Keyword = () => {
  throw new UncheckableSchema("it has a $dynamicRef or $recursiveRef");
};

/** The keywords of this file, by name. */
export const REFERENCE_KEYWORDS: KeywordTable = {
  $dynamicRef: unfollowed,
  $recursiveRef: unfollowed,
  $ref: reference,
};
