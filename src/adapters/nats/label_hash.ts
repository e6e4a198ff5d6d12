/** What a tool is, in one hash: that of its entry in tools.lock. */

import type { JsonValue, ToolSchema } from "../../../mod.ts";
import { parseToolSchema } from "../../tool/parse_tool_schema.ts";
import { sha256Hex } from "../../tool/sha256.ts";

/** A tool's entry in tools.lock. */
export type LockedTool = { readonly [member: string]: JsonValue };

/** Entries of tools.lock, by the names that tools are served under. */
export type LockedTools = ReadonlyMap<string, LockedTool>;

/**
 * The hash of an entry, whatever the order of its members.
 *
 * @returns SHA-256 in hexadecimal.
 */
export async function labelHash(label: LockedTool): Promise<string> {
  return await sha256Hex(new TextEncoder().encode(canonical(label)));
}

/** What a tool says of itself, as its entry has it. */
export async function lockedSchema(
  name: string,
  locked: LockedTool,
): Promise<ToolSchema> {
  const bytes = new TextEncoder().encode(JSON.stringify({ ...locked, name }));
  return await parseToolSchema("the lock", bytes);
}

/** Whether two schemas say the same, whatever the order of their members. */
export function isSameSchema(one: ToolSchema, other: ToolSchema): boolean {
  const json = (schema: ToolSchema) => canonical({ schema: schema as never });
  return json(one) === json(other);
}

/**
 * What stands for an entry where nobody has locked the tool: what it says of
 * itself. It never is the hash of an entry, which tells of the bytes too.
 */
export function unlockedLabel(schema: ToolSchema): LockedTool {
  return { unlocked: schema as unknown as JsonValue };
}

function canonical(label: LockedTool): string {
  return JSON.stringify(sorted(label));
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([one], [other]) => one < other ? -1 : 1)
      .map(([name, member]) => [name, sorted(member as JsonValue)]),
  );
}
