/** A schema compiled to a list of checks on first use. */

import type { CheckRun, Evaluated } from "./check_run.ts";
import { isRecord } from "./json_view.ts";
import type { DeepCheck, QuickCheck } from "./keywords/keyword.ts";
import { KEYWORDS } from "./keywords/table.ts";
import { UncheckableSchema } from "./step_budget.ts";

/** The cost of compiling one schema, in steps. */
const READ_STEPS = 8;

/** A compiled schema. */
export class SchemaNode {
  readonly #quick: QuickCheck[] = [];
  readonly #deep: DeepCheck[] = [];
  /** Whether it needs to know which members its keywords have evaluated. */
  readonly #asksEvaluated: boolean = false;

  /**
   * Compiles the keywords of a schema, but not its subschemas.
   *
   * @param root What `#` refers to in the schema.
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

  /** Whether its check is synchronous, as most are. */
  get isQuick(): boolean {
    return this.#deep.length === 0;
  }

  /** Checks a value synchronously. */
  checkQuick(value: unknown, run: CheckRun): void {
    run.budget.take(1);
    for (const check of this.#quick) check(value, run);
  }

  /**
   * Checks a value, recording mismatches in the run.
   *
   * @param evaluated Collects the evaluated members, if needed.
   * @returns whether it matches.
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
