/**
 * A tool's schemas as Standard Schema objects, which many frameworks accept.
 *
 * @see https://standardschema.dev
 */

import { SchemaChecker } from "../schema/schema_checker.ts";
import { UncheckableSchema } from "../schema/step_budget.ts";
import type { JsonValue, ToolSchema } from "./tool.ts";

/** One mismatch, in the form of Standard Schema. */
export interface StandardIssue {
  /** What was expected and what was found, as one sentence. */
  readonly message: string;
  /** The path of keys and indices, outermost first. */
  readonly path?: readonly (string | number)[];
}

/** The result of a validation: the value, or the mismatches. */
export type StandardResult<Value> =
  | { readonly value: Value; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** A schema that validates values and converts to JSON Schema. */
export interface StandardToolSchema<Value = unknown> {
  /** The interface of Standard Schema 1.1. */
  readonly "~standard": {
    /** The version of the standard. */
    readonly version: 1;
    /** The vendor of the schema. */
    readonly vendor: string;
    /** The input and output types; for the compiler only. */
    readonly types?:
      | { readonly input: Value; readonly output: Value }
      | undefined;
    /** Validates a value; returns a promise if that takes longer. */
    readonly validate: (
      value: unknown,
    ) => StandardResult<Value> | Promise<StandardResult<Value>>;
    /** The JSON Schema, a copy each time. */
    readonly jsonSchema: {
      /** The schema of the input. */
      readonly input: (options: StandardTarget) => Record<string, unknown>;
      /** The schema of the output, which is the same. */
      readonly output: (options: StandardTarget) => Record<string, unknown>;
    };
  };
}

/** The requested version of JSON Schema. */
export interface StandardTarget {
  /** The version, such as `draft-2020-12` or `draft-07`. */
  readonly target: string;
}

/**
 * The versions that tools use; a schema declares its version where it matters.
 */
const TARGETS: readonly string[] = ["draft-2020-12", "draft-07"];

/**
 * A tool's parameters as a Standard Schema, which the MCP server SDK, the AI
 * SDK and others accept directly.
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
 * @param schema The tool's schema.
 * @returns a schema of its arguments.
 */
export function inputSchema(
  schema: Pick<ToolSchema, "parameters">,
): StandardToolSchema<Record<string, JsonValue>> {
  // Every framework requires the type, which a tool may leave out.
  return standardSchema({ ...schema.parameters, type: "object" });
}

/**
 * A tool's output as a Standard Schema; undefined if the tool declares no
 * output schema.
 *
 * @param schema The tool's schema.
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

/**
 * An unusable schema rejects everything, as do values that are not JSON, such
 * as cycles.
 */
function uncheckable(error: unknown): StandardResult<never> {
  if (error instanceof UncheckableSchema) {
    return { issues: [{ message: `Cannot be checked: ${error.message}` }] };
  }
  if (error instanceof TypeError) {
    return { issues: [{ message: `Not JSON: ${error.message}` }] };
  }
  throw error;
}
