/** Validates a tool's arguments and answers against its schemas. */

import { type JsonValue, outputSchema } from "../../../mod.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

/** A tool's schemas of arguments and answers. */
export interface ToolSchemas {
  readonly parameters?: JsonSchema | undefined;
  readonly constraints?: JsonSchema | undefined;
  readonly outputSchema?: JsonSchema | undefined;
}

/** The mismatch, as the program is told; undefined if there is none. */
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

  /** Validates arguments; returns a promise if that takes longer. */
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

  /** Validates an answer in JSON. */
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

/** A schema that only declares an object accepts everything. */
function isBare(schema: JsonSchema | undefined): boolean {
  if (schema === undefined) return true;
  const keys = Object.keys(schema);
  return keys.length === 0 ||
    (keys.length === 1 && schema["type"] === "object");
}
