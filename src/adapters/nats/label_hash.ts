/** What a tool is, in one hash: that of its entry in tools.lock. */

import type { JsonValue, ToolSchema } from "../../../mod.ts";
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
  const json = JSON.stringify(sorted(label));
  return await sha256Hex(new TextEncoder().encode(json));
}

/**
 * What stands for an entry where nobody has locked the tool: what it says of
 * itself. It never is the hash of an entry, which tells of the bytes too.
 */
export function unlockedLabel(schema: ToolSchema): LockedTool {
  return { unlocked: schema as unknown as JsonValue };
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
