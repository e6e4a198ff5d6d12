/** Identifies a tool by the hash of its entry in tools.lock. */

import type { JsonValue, ToolSchema } from "../../../mod.ts";
import { parseToolSchema } from "../../tool/parse_tool_schema.ts";
import { sha256Hex } from "../../tool/sha256.ts";

/** A tool's entry in tools.lock. */
export type LockedTool = { readonly [member: string]: JsonValue };

/** Entries of tools.lock, by the names under which tools are served. */
export type LockedTools = ReadonlyMap<string, LockedTool>;

/**
 * The hash of an entry, independent of member order.
 *
 * @returns SHA-256 in hexadecimal.
 */
export async function labelHash(label: LockedTool): Promise<string> {
  return await sha256Hex(new TextEncoder().encode(canonical(label)));
}

/** The schema of a tool according to its entry. */
export async function lockedSchema(
  name: string,
  locked: LockedTool,
): Promise<ToolSchema> {
  const bytes = new TextEncoder().encode(JSON.stringify({ ...locked, name }));
  return await parseToolSchema("the lock", bytes);
}

/** Whether two schemas are equal, independent of member order. */
export function isSameSchema(one: ToolSchema, other: ToolSchema): boolean {
  const json = (schema: ToolSchema) => canonical({ schema: schema as never });
  return json(one) === json(other);
}

/**
 * A substitute entry for a tool that is not locked: its schema. Its hash never
 * equals that of a real entry, which includes the module's bytes.
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
