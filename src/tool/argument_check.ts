/** Checks arguments against the tool's schema before a call. */

import { ExecutionFailed, InvalidArguments } from "../errors.ts";
import { SchemaChecker } from "../schema/schema_checker.ts";
import type { SchemaIssue } from "../schema/schema_issue.ts";
import { UncheckableSchema } from "../schema/step_budget.ts";
import type { ToolSchema } from "./tool.ts";

/** Why a tool is not called. */
export type Refusal = InvalidArguments | ExecutionFailed;

/** Checks the arguments of one tool. */
export class ArgumentCheck {
  readonly #name: string;
  readonly #checker: SchemaChecker;

  constructor(schema: ToolSchema) {
    this.#name = schema.name;
    this.#checker = new SchemaChecker(
      isBare(schema.parameters) ? true : schema.parameters,
    );
  }

  /**
   * Why the tool must not be called with these arguments; undefined if it may
   * be. A promise if the check takes longer.
   *
   * @param characters The length of the arguments as JSON.
   */
  errorOf(
    args: unknown,
    characters: number,
  ): Refusal | undefined | Promise<Refusal | undefined> {
    try {
      const found = this.#checker.check(args, characters);
      return found instanceof Promise
        ? found.then(
          (issues) => this.#invalid(issues),
          (error) => this.#uncheckable(error),
        )
        : this.#invalid(found);
    } catch (error) {
      return this.#uncheckable(error);
    }
  }

  #invalid(issues: readonly SchemaIssue[]): InvalidArguments | undefined {
    return issues.length === 0
      ? undefined
      : new InvalidArguments(this.#name, issues);
  }

  #uncheckable(error: unknown): ExecutionFailed {
    if (!(error instanceof UncheckableSchema)) throw error;
    return new ExecutionFailed(
      `Cannot check the arguments of ${this.#name} against its schema: ${error.message}; validateArguments: false calls it unchecked`,
    );
  }
}

/**
 * A schema must declare an object. One that declares nothing else accepts any
 * arguments, as the schemas of many older tools do.
 */
function isBare(parameters: ToolSchema["parameters"]): boolean {
  const { type } = parameters;
  return type === "object" && Object.keys(parameters).length === 1;
}
