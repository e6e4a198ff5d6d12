/**
 * The tools of a program: the accepted forms, and the form to which they are
 * converted.
 */

import type { Tool } from "../../../mod.ts";
import { ToolCheck } from "./tool_check.ts";

/** A JSON Schema object. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The arguments of a tool: any JSON, chosen by the program. Loosely typed, so
 * that a handler can declare what it expects.
 */
// deno-lint-ignore no-explicit-any
export type CodeArguments = any;

/** What a tool's function receives besides its arguments. */
export interface CodeToolOptions {
  /** Aborted when the program has ended, or the call was aborted. */
  readonly signal: AbortSignal;
}

/** A tool of the host program. */
export interface CodeTool {
  /** What it does, for the model. */
  readonly description?: string | undefined;
  /**
   * A JSON Schema of its arguments, validated before a call; accepts anything
   * by default.
   */
  readonly parameters?: JsonSchema | undefined;
  /**
   * A JSON Schema of its result, which is validated; accepts anything by
   * default.
   */
  readonly outputSchema?: JsonSchema | undefined;
  /**
   * How often one program may call it; only the limit of all calls by default.
   */
  readonly maxCalls?: number | undefined;
  /**
   * An additional JSON Schema for its arguments that the model does not see;
   * accepts anything by default.
   */
  readonly constraints?: JsonSchema | undefined;
  /** The handler: returns a JSON value, or a promise of one. */
  execute(args: CodeArguments, options: CodeToolOptions): unknown;
}

/** A tool with constraints beyond its own schema. */
export interface ConstrainedTool
  extends Pick<CodeTool, "maxCalls" | "constraints"> {
  /** The tool, with its own description and schemas. */
  readonly tool: Tool;
}

/** Tools by name, or a list of tools with their own names. */
export type CodeTools =
  | Readonly<
    Record<
      string,
      | CodeTool
      | ConstrainedTool
      | Tool
      | ((args: CodeArguments, options: CodeToolOptions) => unknown)
    >
  >
  | readonly Tool[];

/** A tool with the name by which programs call it. */
export interface NamedTool extends CodeTool {
  /** Identifiers separated by dots. */
  readonly name: string;
  /** Validates its calls against its schemas. */
  readonly check: ToolCheck;
}

const MAX_TOOLS = 1_000;

/**
 * Converts tools to one form. Characters not allowed in a name become `_`.
 *
 * @throws {TypeError} for something that is not a tool, for two tools with the
 * same name, and for a name that can't be a member of another tool.
 */
export function namedTools(tools: CodeTools): ReadonlyMap<string, NamedTool> {
  const entries: [string, CodeTool][] = Array.isArray(tools)
    ? tools.map((tool: Tool) => [tool.schema().name, ofTool(tool)])
    : Object.entries(tools).map(([name, tool]) => [name, codeTool(name, tool)]);
  if (entries.length > MAX_TOOLS) {
    throw new RangeError(
      `Cannot use tools: there are ${entries.length}, limit is ${MAX_TOOLS}`,
    );
  }
  const named = new Map<string, NamedTool>();
  for (const [given, tool] of entries) {
    const name = programName(given);
    const why = whyNoPlace(name, named);
    if (why !== undefined) throw new TypeError(`Cannot use tools: ${why}`);
    named.set(name, { ...tool, name, check: new ToolCheck(tool) });
  }
  return named;
}

/** Own members of functions, which can't be replaced. */
const OF_FUNCTIONS: ReadonlySet<string> = new Set([
  "__proto__",
  "arguments",
  "caller",
  "length",
  "name",
]);

/**
 * Why a tool can't be added to others; undefined if it can. A tool is a
 * function, and others may be its members.
 *
 * @param name The name returned by {@linkcode programName}.
 */
export function whyNoPlace(
  name: string,
  others: ReadonlyMap<string, unknown>,
): string | undefined {
  if (others.has(name)) return `there are two named ${name}`;
  for (const other of others.keys()) {
    const [outer, inner] = other.length < name.length
      ? [other, name]
      : [name, other];
    if (!inner.startsWith(`${outer}.`)) continue;
    const [member = ""] = inner.slice(outer.length + 1).split(".", 1);
    if (OF_FUNCTIONS.has(member)) {
      return `${outer} can't hold one named ${inner}`;
    }
  }
  return undefined;
}

function codeTool(name: string, tool: unknown): CodeTool {
  if (typeof tool === "function") {
    return { execute: (args, options) => tool(args, options) };
  }
  if (isTool(tool)) return ofTool(tool);
  const given = (tool ?? {}) as CodeTool & ConstrainedTool;
  const own = isTool(given.tool) ? ofTool(given.tool) : given;
  if (typeof own.execute !== "function") {
    throw new TypeError(`Cannot use tools: ${name} has no function execute`);
  }
  const { maxCalls, constraints } = given;
  if (maxCalls !== undefined && !(maxCalls >= 0)) {
    throw new RangeError(`Cannot use tools: maxCalls of ${name} is negative`);
  }
  return {
    description: own.description,
    parameters: own.parameters,
    outputSchema: own.outputSchema,
    maxCalls,
    constraints,
    execute: (args, options) => own.execute(args, options),
  };
}

function isTool(tool: unknown): tool is Tool {
  return typeof (tool as Tool | null)?.schema === "function";
}

function ofTool(tool: Tool): CodeTool {
  const { description, parameters, ...rest } = tool.schema();
  const { outputSchema } = rest as { outputSchema?: JsonSchema };
  return {
    description,
    parameters,
    outputSchema,
    execute: (args, { signal }) => tool.execute(args, { signal }),
  };
}

/** The name by which programs call a tool: identifiers separated by dots. */
export function programName(name: string): string {
  return name.split(".").map((part) => {
    const safe = part.replace(/[^A-Za-z0-9_$]/g, "_");
    return /^[A-Za-z_$]/.test(safe) ? safe : `_${safe}`;
  }).join(".");
}
