/**
 * A tool's schemas as one object that many frameworks take as it is.
 *
 * @see https://standardschema.dev
 */

import { SchemaChecker } from "../schema/schema_checker.ts";
import { UncheckableSchema } from "../schema/step_budget.ts";
import type { JsonValue, ToolSchema } from "./tool.ts";

/** One thing that does not fit, as Standard Schema tells it. */
export interface StandardIssue {
  /** What was expected and what came, as one sentence. */
  readonly message: string;
  /** Where it is: keys and indices from the outside in. */
  readonly path?: readonly (string | number)[];
}

/** What a validation found: the value, or what does not fit. */
export type StandardResult<Value> =
  | { readonly value: Value; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** A schema that validates, and says what it is as JSON Schema. */
export interface StandardToolSchema<Value = unknown> {
  /** What Standard Schema 1.1 asks for. */
  readonly "~standard": {
    /** The version of the standard. */
    readonly version: 1;
    /** Whose schema it is. */
    readonly vendor: string;
    /** The types of what goes in and comes out; for the compiler only. */
    readonly types?:
      | { readonly input: Value; readonly output: Value }
      | undefined;
    /** Checks a value; a promise where that takes longer. */
    readonly validate: (
      value: unknown,
    ) => StandardResult<Value> | Promise<StandardResult<Value>>;
    /** The JSON Schema, a copy each time. */
    readonly jsonSchema: {
      /** What goes in. */
      readonly input: (options: StandardTarget) => Record<string, unknown>;
      /** What comes out, which is the same. */
      readonly output: (options: StandardTarget) => Record<string, unknown>;
    };
  };
}

/** Which JSON Schema is asked for. */
export interface StandardTarget {
  /** Such as `draft-2020-12` or `draft-07`. */
  readonly target: string;
}

/** What tools write is one of these, and says so where it matters. */
const TARGETS: readonly string[] = ["draft-2020-12", "draft-07"];

/**
 * A tool's parameters as a Standard Schema, which MCP's server, the AI SDK and
 * others take as it is.
 *
 * ```ts
 * import { inputSchema, SandboxedTool } from "@cortexai/sandbox";
 *
 * // A tool of 190 bytes, whose argument `text` is a string.
 * const ECHO = Uint8Array.fromBase64(
 *   "AGFzbQEAAAABDQJgAAJ/f2ACf38Cf38DAwIAAQUDAQABBysDBm1lbW9yeQIADV9fdG" +
 *     "9vbF9zY2hlbWEAAA5fX3Rvb2xfZXhlY3V0ZQABChACBwBBAEHWAAsGACAAIAELC1wB" +
 *     "AEEAC1Z7Im5hbWUiOiJlY2hvIiwicGFyYW1ldGVycyI6eyJ0eXBlIjoib2JqZWN0Ii" +
 *     "wicHJvcGVydGllcyI6eyJ0ZXh0Ijp7InR5cGUiOiJzdHJpbmcifX19fQ==",
 * );
 *
 * await using tool = await SandboxedTool.load(ECHO);
 * const schema = inputSchema(tool.schema());
 * console.log(await schema["~standard"].validate({ text: 42 }));
 * // { issues: [ { message: 'Argument "text": expected a string, got 42', ... } ] }
 * ```
 *
 * @param schema What the tool says about itself.
 * @returns a schema of its arguments.
 */
export function inputSchema(
  schema: Pick<ToolSchema, "parameters">,
): StandardToolSchema<Record<string, JsonValue>> {
  // Every framework wants the type, which a tool may leave out.
  return standardSchema({ ...schema.parameters, type: "object" });
}

/**
 * What a tool answers as a Standard Schema; undefined when it does not say.
 *
 * @param schema What the tool says about itself.
 * @returns a schema of its answers.
 */
export function outputSchema(
  schema: Pick<ToolSchema, "outputSchema">,
): StandardToolSchema<JsonValue> | undefined {
  return schema.outputSchema && standardSchema(schema.outputSchema);
}

function standardSchema<Value>(
  schema: ToolSchema["parameters"],
): StandardToolSchema<Value> {
  const checker = new SchemaChecker(schema);
  const copy = ({ target }: StandardTarget): Record<string, unknown> => {
    if (!TARGETS.includes(target)) {
      throw new TypeError(
        `Cannot write schema for target ${target}: expected ${
          TARGETS.join(" or ")
        }`,
      );
    }
    return structuredClone(schema);
  };
  return {
    "~standard": {
      version: 1,
      vendor: "cortexai-sandbox",
      validate: (value) => validate<Value>(checker, value),
      jsonSchema: { input: copy, output: copy },
    },
  };
}

function validate<Value>(
  checker: SchemaChecker,
  value: unknown,
): StandardResult<Value> | Promise<StandardResult<Value>> {
  const toResult = (issues: readonly StandardIssue[]) =>
    issues.length === 0 ? { value: value as Value } : {
      issues: issues.map(({ message, path }) => ({ message, path: path! })),
    };
  try {
    const found = checker.check(value, lengthAsJson(value));
    return found instanceof Promise
      ? found.then(toResult, uncheckable)
      : toResult(found);
  } catch (error) {
    return uncheckable(error);
  }
}

function lengthAsJson(value: unknown): number {
  return JSON.stringify(value)?.length ?? 0;
}

/** A schema that can't be used lets nothing through; JSON has no cycles. */
function uncheckable(error: unknown): StandardResult<never> {
  if (error instanceof UncheckableSchema) {
    return { issues: [{ message: `Cannot be checked: ${error.message}` }] };
  }
  if (error instanceof TypeError) {
    return { issues: [{ message: `Not JSON: ${error.message}` }] };
  }
  throw error;
}
