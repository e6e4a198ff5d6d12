/**
 * Checks values against an untrusted JSON Schema.
 *
 * The schema comes from a guest, and is checked on the host's thread, where
 * nothing could stop it. Existing libraries recurse as deeply as a schema
 * demands, resolve any `$ref`, compare all pairs of items, and use a
 * backtracking regular expression engine, so they can't be bounded from
 * outside. This checker counts its steps, yields to the event loop, follows
 * references only within the schema, and matches patterns in linear time. It
 * generates no code.
 */

import { CheckRun } from "./check_run.ts";
import { asJson } from "./json_view.ts";
import { SchemaDocument } from "./schema_document.ts";
import type { SchemaIssue } from "./schema_issue.ts";

/** Checks values against one schema. */
export class SchemaChecker {
  readonly #document: SchemaDocument;

  /**
   * Compiles nothing yet: unused parts of the schema cost nothing.
   *
   * @param schema A JSON value that must not change afterwards.
   */
  constructor(schema: unknown) {
    this.#document = new SchemaDocument(schema);
  }

  /**
   * Checks a value as JSON would serialize it.
   *
   * @param characters Its length as JSON, which bounds the cost of the check.
   * @returns the first few mismatches; a promise if the check takes longer.
   * @throws {UncheckableSchema} (or rejects) when the schema is unusable, or
   * the check would cost too much.
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
