/** A tool's label: what it is, says, imports and is granted, to be reviewed. */

import type { JsonValue, ModuleInspection, ToolSchema } from "../../../mod.ts";
import type { AnyToolEntry } from "../config_file/tool_entries.ts";

/** A label, as `tools.lock` holds it: plain JSON with sorted members. */
export type ToolLabel = { readonly [member: string]: JsonValue };

/** Makes the label of a tool. */
export function toolLabel(
  { written, terms }: AnyToolEntry,
  schema: ToolSchema,
  { sha256, imports }: ModuleInspection,
): ToolLabel {
  const { name, description, parameters, title, outputSchema } = schema;
  const { annotations, dangerous, metadata, requiredScopes } = schema;
  const families = imports.map(({ module, items }) => [
    module,
    items.map(({ name }) => name).sort(),
  ]);
  return sorted({
    annotations,
    dangerous,
    description,
    grants: terms.grants,
    imports: Object.fromEntries(families),
    limits: terms.limits,
    metadata,
    name,
    outputSchema,
    parameters,
    requiredScopes,
    sha256,
    source: written,
    title,
  }) as ToolLabel;
}

/** The same JSON with the members of every object in order. */
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
