/** Holds what a program sends a tool, and what it answers, to their schemas. */

import { type JsonValue, outputSchema } from "../../../mod.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

/** What a tool says of its arguments and answers. */
export interface ToolSchemas {
  readonly parameters?: JsonSchema | undefined;
  readonly constraints?: JsonSchema | undefined;
  readonly outputSchema?: JsonSchema | undefined;
}

/** What does not fit, as a program is told; undefined where all does. */
export type Misfit = string | undefined;

const MAX_ISSUES = 5;

/** The checks of one tool. */
export class ToolCheck {
  readonly #args: Checker | undefined;
  readonly #constraints: Checker | undefined;
  readonly #answer: Checker | undefined;

  constructor({ parameters, constraints, outputSchema }: ToolSchemas) {
    this.#args = isBare(parameters) ? undefined : checker(parameters!);
    this.#constraints = constraints && checker(constraints);
    this.#answer = outputSchema && checker(outputSchema);
  }

  /** What is wrong with arguments; a promise where that takes longer. */
  args(args: JsonValue): Misfit | Promise<Misfit> {
    const misfit = this.#args?.("The arguments do not fit", args);
    if (!this.#constraints) return misfit;
    return misfit instanceof Promise
      ? misfit.then((found) => found ?? this.#constrained(args))
      : misfit ?? this.#constrained(args);
  }

  #constrained(args: JsonValue): Misfit | Promise<Misfit> {
    return this.#constraints?.("The arguments are not allowed", args);
  }

  /** What is wrong with an answer, as JSON. */
  answer(json: string): Misfit | Promise<Misfit> {
    if (!this.#answer) return undefined;
    return this.#answer("The tool's answer does not fit", JSON.parse(json));
  }
}

type Checker = (what: string, value: unknown) => Misfit | Promise<Misfit>;

function checker(schema: JsonSchema): Checker {
  const { validate } = outputSchema({
    outputSchema: schema as Readonly<Record<string, JsonValue>>,
  })!["~standard"];
  return (what, value) => {
    const found = validate(value);
    return found instanceof Promise
      ? found.then(({ issues }) => misfit(what, issues))
      : misfit(what, found.issues);
  };
}

function misfit(
  what: string,
  issues: readonly { readonly message: string }[] | undefined,
): Misfit {
  if (!issues || issues.length === 0) return undefined;
  const shown = issues.slice(0, MAX_ISSUES).map(({ message }) => message);
  return `${what}: ${shown.join("; ")}`;
}

/** A schema that says nothing but that there is an object takes everything. */
function isBare(schema: JsonSchema | undefined): boolean {
  if (schema === undefined) return true;
  const keys = Object.keys(schema);
  return keys.length === 0 ||
    (keys.length === 1 && schema["type"] === "object");
}
