/**
 * A tool's label for review: its content, schema, imports, limits and grants.
 */

import type {
  JsonValue,
  ModuleInspection,
  SandboxedTool,
  ToolSchema,
} from "../../../mod.ts";
import type { AnyToolEntry } from "../config_file/tool_entries.ts";

/** A label as in `tools.lock`: plain JSON with sorted members. */
export type ToolLabel = { readonly [member: string]: JsonValue };

/** The content of a tool: a module, or the files of a script. */
export type ToolContent =
  | Pick<ModuleInspection, "sha256" | "imports">
  | Required<Pick<SandboxedTool, "files">>;

/** Builds the label of a tool. */
export function toolLabel(
  { written, terms }: AnyToolEntry,
  schema: ToolSchema,
  content: ToolContent,
): ToolLabel {
  const { name, description, parameters, title, outputSchema } = schema;
  const { annotations, dangerous, metadata, requiredScopes } = schema;
  return sorted({
    annotations,
    dangerous,
    description,
    grants: terms.grants,
    limits: terms.limits,
    metadata,
    name,
    outputSchema,
    parameters,
    requiredScopes,
    ...contentMembers(content),
    source: written,
    title,
  }) as ToolLabel;
}

function contentMembers(content: ToolContent): object {
  if ("files" in content) return { files: content.files };
  const { sha256, imports } = content;
  const families = imports.map(({ module, items }) => [
    module,
    items.map(({ name }) => name).sort(),
  ]);
  return { sha256, imports: Object.fromEntries(families) };
}

/** The same JSON with sorted object members. */
function sorted(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value as JsonValue;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([one], [other]) => one < other ? -1 : 1)
      .map(([name, member]) => [name, sorted(member)]),
  );
}
