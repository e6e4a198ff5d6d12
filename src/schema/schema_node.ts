/** A schema as a list of checks, made when it is first needed. */

import type { CheckRun, Evaluated } from "./check_run.ts";
import { isRecord } from "./json_view.ts";
import type { DeepCheck, QuickCheck } from "./keywords/keyword.ts";
import { KEYWORDS } from "./keywords/table.ts";
import { UncheckableSchema } from "./step_budget.ts";

/** What reading one schema costs, in steps. */
const READ_STEPS = 8;

/** A schema that values are checked against. */
export class SchemaNode {
  readonly #quick: QuickCheck[] = [];
  readonly #deep: DeepCheck[] = [];
  /** Whether it asks which members its own keywords have looked at. */
  readonly #asksEvaluated: boolean = false;

  /**
   * Reads the keywords of a schema, and none of its subschemas.
   *
   * @param root What `#` refers to where the schema stands.
   */
  constructor(schema: unknown, root: unknown, run: CheckRun) {
    run.budget.take(READ_STEPS);
    if (typeof schema === "boolean") {
      if (!schema) this.#quick.push((value, run) => run.fail("nothing", value));
      return;
    }
    if (!isRecord(schema)) {
      throw new UncheckableSchema("it has a subschema that is not an object");
    }
    this.#asksEvaluated = Object.hasOwn(schema, "unevaluatedProperties") ||
      Object.hasOwn(schema, "unevaluatedItems");
    const context = { schema, root, run };
    for (const [name, keyword] of KEYWORDS) {
      if (!Object.hasOwn(schema, name)) continue;
      const check = keyword(schema[name], context);
      if (check === undefined) continue;
      if ("quick" in check) this.#quick.push(check.quick);
      else this.#deep.push(check.deep);
    }
  }

  /** Whether it is done at once: most schemas of most values are. */
  get isQuick(): boolean {
    return this.#deep.length === 0;
  }

  /** Checks a value where that is all there is to do. */
  checkQuick(value: unknown, run: CheckRun): void {
    run.budget.take(1);
    for (const check of this.#quick) check(value, run);
  }

  /**
   * Checks a value; the run has what does not fit.
   *
   * @param evaluated Takes the members that were looked at, where asked for.
   * @returns whether it fits.
   */
  *check(
    value: unknown,
    run: CheckRun,
    evaluated?: Evaluated,
  ): Generator<void, boolean> {
    run.enter();
    const before = run.failures;
    for (const check of this.#quick) check(value, run);
    const seen = this.#asksEvaluated ? new Set<string | number>() : evaluated;
    for (const check of this.#deep) yield* check(value, run, seen);
    if (seen !== evaluated && evaluated) {
      for (const member of seen ?? []) evaluated.add(member);
    }
    if (run.budget.isSliceOver()) yield;
    run.leave();
    return run.failures === before;
  }
}
