/** One check of one value: what was found, and what it may still cost. */

import type { SchemaDocument } from "./schema_document.ts";
import type { SchemaNode } from "./schema_node.ts";
import { memberIssue, type SchemaIssue, schemaIssue } from "./schema_issue.ts";
import { StepBudget, UncheckableSchema } from "./step_budget.ts";

/** More would not help a model. */
const MAX_ISSUES = 8;
/** Deeper checks are refused: generators nest, one in the other. */
const MAX_DEPTH = 256;

/** Members of a value that some subschema has looked at. */
export type Evaluated = Set<string | number>;

/** State of a check. */
export class CheckRun {
  readonly budget: StepBudget;
  /** Where the check is in the value. */
  readonly path: (string | number)[] = [];
  /** What was found; a branch that may fail has a list of its own. */
  issues: SchemaIssue[] = [];
  /** How often something was found, also beyond what the list holds. */
  failures = 0;
  readonly #document: SchemaDocument;
  #depth = 0;

  /** @param characters The length of the value as JSON. */
  constructor(document: SchemaDocument, characters: number) {
    this.#document = document;
    this.budget = new StepBudget(characters);
  }

  /** The node of a subschema that stands below `root`. */
  node(schema: unknown, root: unknown): SchemaNode {
    return this.#document.node(schema, root, this);
  }

  /** The node that a reference below `root` leads to. */
  refer(reference: unknown, root: unknown): SchemaNode {
    return this.#document.refer(reference, root, this);
  }

  /** Goes one schema deeper. */
  enter(): void {
    this.budget.take(1);
    if (++this.#depth > MAX_DEPTH) {
      throw new UncheckableSchema(
        `it nests deeper than ${MAX_DEPTH} levels, or refers to itself without end`,
      );
    }
  }

  /** Comes back from it. */
  leave(): void {
    this.#depth--;
  }

  /** Notes that the value at the path does not fit. */
  fail(expected: string, value: unknown): void {
    this.failures++;
    if (this.issues.length >= MAX_ISSUES) return;
    this.issues.push(schemaIssue(this.path, expected, value));
  }

  /** Notes that a member of the value at the path is missing or unknown. */
  failMember(
    key: string,
    state: "missing" | "unknown",
    expected: () => string,
  ): void {
    this.failures++;
    if (this.issues.length >= MAX_ISSUES) return;
    this.issues.push(memberIssue([...this.path, key], state, expected()));
  }

  /** Notes what a branch found as found by the whole. */
  adopt(issues: readonly SchemaIssue[]): void {
    this.failures++;
    for (const issue of issues) {
      if (this.issues.length < MAX_ISSUES) this.issues.push(issue);
    }
  }
}
