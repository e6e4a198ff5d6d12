/**
 * Checks values against a JSON Schema that nobody trusts.
 *
 * The schema comes from a guest, and its check runs on the host's thread, where
 * nothing stops it: workers can't be ended while they compute. The libraries
 * there are recurse as deep as a schema says, look up any `$ref`, compare every
 * item with every other, and leave patterns to an engine that backtracks, so
 * that they can't be bounded from outside. This one counts its steps, gives the
 * event loop its turns, follows references inside of the schema only, and
 * matches patterns in linear time. It generates no code.
 */

import { CheckRun } from "./check_run.ts";
import { asJson } from "./json_view.ts";
import { SchemaDocument } from "./schema_document.ts";
import type { SchemaIssue } from "./schema_issue.ts";

/** Checks values against one schema. */
export class SchemaChecker {
  readonly #document: SchemaDocument;

  /**
   * Reads nothing yet: what of the schema is not needed costs nothing.
   *
   * @param schema A JSON value that does not change any more.
   */
  constructor(schema: unknown) {
    this.#document = new SchemaDocument(schema);
  }

  /**
   * Checks a value as JSON would have it.
   *
   * @param characters Its length as JSON, which bounds what the check costs.
   * @returns what does not fit, the first few; later when it takes longer.
   * @throws {UncheckableSchema} when the schema can't be used for it, or would
   * cost too much; the promise rejects with it when it is found later.
   */
  check(
    value: unknown,
    characters: number,
  ): readonly SchemaIssue[] | Promise<readonly SchemaIssue[]> {
    const run = new CheckRun(this.#document, characters);
    const walk = this.#document.start(run).check(asJson(value), run);
    if (walk.next().done) return run.issues;
    return finish(walk, run);
  }
}

async function finish(
  walk: Generator<void, boolean>,
  run: CheckRun,
): Promise<readonly SchemaIssue[]> {
  do await run.budget.rest(); while (!walk.next().done);
  return run.issues;
}
