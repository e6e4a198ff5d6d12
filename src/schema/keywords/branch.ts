/** Keywords that combine schemas. */

import type { CheckRun, Evaluated } from "../check_run.ts";
import { isRecord } from "../json_view.ts";
import type { SchemaIssue } from "../schema_issue.ts";
import { schemaText } from "../schema_text.ts";
import { UncheckableSchema } from "../step_budget.ts";
import type { Keyword, KeywordTable } from "./keyword.ts";

/** Matches every schema. */
const allOf: Keyword = (argument, { root }) => {
  const schemas = schemaList("allOf", argument);
  return {
    *deep(value, run, evaluated) {
      for (const schema of schemas) {
        yield* run.node(schema, root).check(value, run, evaluated);
      }
    },
  };
};

/** Matches at least one schema. */
const anyOf: Keyword = (argument, { root, schema: whole }) => {
  const schemas = schemaList("anyOf", argument);
  return {
    *deep(value, run, evaluated) {
      const failed: SchemaIssue[][] = [];
      for (const schema of schemas) {
        const issues = yield* tryBranch(schema, root, value, run, evaluated);
        if (issues !== undefined) failed.push(issues);
        // The other branches are checked only if their evaluated members are
        // needed.
        else if (evaluated === undefined) return;
      }
      if (failed.length < schemas.length) return;
      failBranches(failed, { anyOf: schemas, ...typeOf(whole) }, value, run);
    },
  };
};

/** Matches exactly one schema. */
const oneOf: Keyword = (argument, { root, schema: whole }) => {
  const schemas = schemaList("oneOf", argument);
  return {
    *deep(value, run, evaluated) {
      const failed: SchemaIssue[][] = [];
      for (const schema of schemas) {
        const issues = yield* tryBranch(schema, root, value, run, evaluated);
        if (issues !== undefined) failed.push(issues);
      }
      const fitting = schemas.length - failed.length;
      if (fitting === 1) return;
      if (fitting > 1) {
        run.fail(`a value of one form, not of ${fitting} at once`, value);
      } else {
        failBranches(failed, { oneOf: schemas, ...typeOf(whole) }, value, run);
      }
    },
  };
};

/** Does not match a schema. */
const not: Keyword = (argument, { root }) => ({
  *deep(value, run) {
    const issues = yield* tryBranch(argument, root, value, run, undefined);
    if (issues === undefined) run.fail("a value of another form", value);
  },
});

/** `if`, with `then` and `else`. */
const condition: Keyword = (argument, { schema, root }) => ({
  *deep(value, run, evaluated) {
    const issues = yield* tryBranch(argument, root, value, run, evaluated);
    const next = issues === undefined ? "then" : "else";
    if (!Object.hasOwn(schema, next)) return;
    yield* run.node(schema[next], root).check(value, run, evaluated);
  },
});

/** Checks a branch separately; undefined if the value matches. */
function* tryBranch(
  schema: unknown,
  root: unknown,
  value: unknown,
  run: CheckRun,
  evaluated: Evaluated | undefined,
): Generator<void, SchemaIssue[] | undefined> {
  const { issues, failures } = run;
  const own: SchemaIssue[] = [];
  const seen: Evaluated | undefined = evaluated && new Set();
  run.issues = own;
  const fits = yield* run.node(schema, root).check(value, run, seen);
  run.issues = issues;
  run.failures = failures;
  if (!fits) return own;
  for (const member of seen ?? []) {
    run.budget.take(1);
    evaluated?.add(member);
  }
  return undefined;
}

/**
 * Reports the issues of the branch that got furthest, or what all branches
 * expect.
 */
function failBranches(
  failed: readonly SchemaIssue[][],
  schema: unknown,
  value: unknown,
  run: CheckRun,
): void {
  const inner = failed.filter(([first]) =>
    first !== undefined && first.path.length > run.path.length
  );
  if (inner.length === 0) run.fail(schemaText(schema), value);
  else run.adopt(inner.reduce((a, b) => b.length < a.length ? b : a));
}

function typeOf(schema: unknown): object {
  return isRecord(schema) && "type" in schema ? { type: schema["type"] } : {};
}

function schemaList(name: string, argument: unknown): readonly unknown[] {
  if (Array.isArray(argument)) return argument;
  throw new UncheckableSchema(`it has ${name} that is not a list`);
}

/** The keywords of this file, by name. */
export const BRANCH_KEYWORDS: KeywordTable = {
  allOf,
  anyOf,
  oneOf,
  not,
  if: condition,
};
