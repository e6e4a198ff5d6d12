/** tools.lock: the reviewed labels of tools. */

import type { JsonValue } from "../../../mod.ts";
import { parseJsonBytes } from "../json_input.ts";
import { printable } from "../printable.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage_error.ts";
import type { ToolLabel } from "./tool_label.ts";

/** The labels of a lock file, by the names under which tools are served. */
export type Labels = ReadonlyMap<string, ToolLabel>;

/** The default file name. */
export const LOCK_NAME = "tools.lock";

const VERSION = 1;

/** The text of a lock file: sorted, one member per line. */
export function lockText(labels: Labels): string {
  const tools = Object.fromEntries(
    [...labels].sort(([one], [other]) => one < other ? -1 : 1),
  );
  const text = JSON.stringify({ lockVersion: VERSION, tools }, null, 2);
  // Parts of it come from guests, and people read it in a terminal.
  return `${text.split("\n").map(printable).join("\n")}\n`;
}

/**
 * Reads a lock file.
 *
 * @returns its labels; undefined if the file does not exist.
 * @throws {UsageError} when it can't be read or is invalid.
 */
export async function readLock(
  path: string,
  terminal: Terminal,
): Promise<Labels | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await terminal.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new UsageError(`Cannot read ${path}: ${(error as Error).message}`);
  }
  const lock = parseJsonBytes(path, bytes);
  if (
    !isObject(lock) || lock.lockVersion !== VERSION || !isObject(lock.tools)
  ) {
    throw new UsageError(`Cannot use ${path}: it is not a lock file`);
  }
  return new Map(Object.entries(lock.tools)) as Labels;
}

/**
 * How a tool differs from the lock, one line per difference: `-` for the locked
 * value, `+` for the current one. Empty if it does not differ.
 */
export function difference(
  locked: ToolLabel | undefined,
  now: ToolLabel | undefined,
): string[] {
  const [before, after] = [leaves(locked), leaves(now)];
  const members = [...new Set([...before.keys(), ...after.keys()])].sort();
  return members.flatMap((member) => {
    const [old, current] = [before.get(member), after.get(member)];
    if (old === current) return [];
    return [
      ...old === undefined ? [] : [printable(`- ${member}: ${old}`)],
      ...current === undefined ? [] : [printable(`+ ${member}: ${current}`)],
    ];
  });
}

/** Every leaf value, by its path. */
function leaves(label: ToolLabel | undefined): Map<string, string> {
  const found = new Map<string, string>();
  const waiting: [string, JsonValue][] = Object.entries(label ?? {});
  for (let one = waiting.pop(); one; one = waiting.pop()) {
    const [path, value] = one;
    const members = typeof value === "object" && value !== null
      ? Object.entries(value)
      : [];
    if (members.length === 0) found.set(path, JSON.stringify(value));
    for (const [name, member] of members) {
      waiting.push([`${path}.${name}`, member]);
    }
  }
  return found;
}

function isObject(
  value: JsonValue | undefined,
): value is { [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
