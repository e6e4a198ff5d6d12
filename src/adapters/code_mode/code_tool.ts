/** The tools of a program: the forms that they come in, and the one they get. */

import type { Tool } from "../../../mod.ts";
import { ToolCheck } from "./tool_check.ts";

/** A JSON Schema object. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * What a tool is called with: any JSON, of the program's choice. It is loosely
 * typed, so that a handler can name what it expects.
 */
// deno-lint-ignore no-explicit-any
export type CodeArguments = any;

/** What a tool's function is told beside its arguments. */
export interface CodeToolOptions {
  /** Aborted when the program has ended, or the call was aborted. */
  readonly signal: AbortSignal;
}

/** A tool of the host program. */
export interface CodeTool {
  /** What it does, for the model. */
  readonly description?: string | undefined;
  /**
   * A JSON Schema of its arguments, which is checked before it is called;
   * anything by default.
   */
  readonly parameters?: JsonSchema | undefined;
  /** A JSON Schema of its answer, which is checked; anything by default. */
  readonly outputSchema?: JsonSchema | undefined;
  /** How often one program may call it; no limit but that of all calls. */
  readonly maxCalls?: number | undefined;
  /**
   * A JSON Schema that its arguments have to fit as well, which the model is not
   * told; anything by default.
   */
  readonly constraints?: JsonSchema | undefined;
  /** What answers: a JSON value, or a promise of one. */
  execute(args: CodeArguments, options: CodeToolOptions): unknown;
}

/** A tool such as a sandboxed one, held to more than it says of itself. */
export interface ConstrainedTool
  extends Pick<CodeTool, "maxCalls" | "constraints"> {
  /** The tool, with its own description and schemas. */
  readonly tool: Tool;
}

/** Tools by name, or a list of tools that say their own names. */
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

/** A tool with the name that programs call it by. */
export interface NamedTool extends CodeTool {
  /** Identifiers with dots between them. */
  readonly name: string;
  /** Holds calls of it to its schemas. */
  readonly check: ToolCheck;
}

const MAX_TOOLS = 1_000;

/**
 * Brings tools to one form. What can't be in a name becomes `_`.
 *
 * @throws {TypeError} for something that is not a tool, for two tools of one
 * name, and for one that would stand in another where functions have no room.
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

/** Members that functions have of their own, and do not give up. */
const OF_FUNCTIONS: ReadonlySet<string> = new Set([
  "__proto__",
  "arguments",
  "caller",
  "length",
  "name",
]);

/**
 * Why there is no place for a tool beside others; undefined where there is one.
 * A tool is a function, in which others may stand.
 *
 * @param name As {@linkcode programName} has it.
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

/** What a program calls a tool by: identifiers with dots between them. */
export function programName(name: string): string {
  return name.split(".").map((part) => {
    const safe = part.replace(/[^A-Za-z0-9_$]/g, "_");
    return /^[A-Za-z_$]/.test(safe) ? safe : `_${safe}`;
  }).join(".");
}
