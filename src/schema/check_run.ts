/** The state of one check: the issues found, and the remaining budget. */

import type { SchemaDocument } from "./schema_document.ts";
import type { SchemaNode } from "./schema_node.ts";
import { memberIssue, type SchemaIssue, schemaIssue } from "./schema_issue.ts";
import { StepBudget, UncheckableSchema } from "./step_budget.ts";

/** More issues would not help a model. */
const MAX_ISSUES = 8;
/** Deeper checks are refused, as each level nests a generator. */
const MAX_DEPTH = 256;

/** Members of a value that some subschema has evaluated. */
export type Evaluated = Set<string | number>;

/** State of a check. */
export class CheckRun {
  readonly budget: StepBudget;
  /** The current path in the value. */
  readonly path: (string | number)[] = [];
  /** The issues found; a branch that may fail has its own list. */
  issues: SchemaIssue[] = [];
  /** The number of failures, including those beyond the list's limit. */
  failures = 0;
  readonly #document: SchemaDocument;
  #depth = 0;

  /** @param characters The length of the value as JSON. */
  constructor(document: SchemaDocument, characters: number) {
    this.#document = document;
    this.budget = new StepBudget(characters);
  }

  /** The node of a subschema within `root`. */
  node(schema: unknown, root: unknown): SchemaNode {
    return this.#document.node(schema, root, this);
  }

  /** The node that a reference within `root` resolves to. */
  refer(reference: unknown, root: unknown): SchemaNode {
    return this.#document.refer(reference, root, this);
  }

  /** Enters a subschema. */
  enter(): void {
    this.budget.take(1);
    if (++this.#depth > MAX_DEPTH) {
      throw new UncheckableSchema(
        `it nests deeper than ${MAX_DEPTH} levels, or refers to itself without end`,
      );
    }
  }

  /** Leaves a subschema. */
  leave(): void {
    this.#depth--;
  }

  /** Records that the value at the path does not match. */
  fail(expected: string, value: unknown): void {
    this.failures++;
    if (this.issues.length >= MAX_ISSUES) return;
    this.issues.push(schemaIssue(this.path, expected, value));
  }

  /** Records that a member of the value at the path is missing or unknown. */
  failMember(
    key: string,
    state: "missing" | "unknown",
    expected: () => string,
  ): void {
    this.failures++;
    if (this.issues.length >= MAX_ISSUES) return;
    this.issues.push(memberIssue([...this.path, key], state, expected()));
  }

  /** Adds a branch's issues to those of the whole check. */
  adopt(issues: readonly SchemaIssue[]): void {
    this.failures++;
    for (const issue of issues) {
      if (this.issues.length < MAX_ISSUES) this.issues.push(issue);
    }
  }
}
