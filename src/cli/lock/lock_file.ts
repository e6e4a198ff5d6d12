/** tools.lock: the labels that a person has looked at. */

import type { JsonValue } from "../../../mod.ts";
import { parseJsonBytes } from "../json_input.ts";
import { printable } from "../printable.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage_error.ts";
import type { ToolLabel } from "./tool_label.ts";

/** The labels of a lock file, by the names that tools are served under. */
export type Labels = ReadonlyMap<string, ToolLabel>;

/** The name of the file, where none is given. */
export const LOCK_NAME = "tools.lock";

const VERSION = 1;

/** The text of a lock file: sorted, one member a line. */
export function lockText(labels: Labels): string {
  const tools = Object.fromEntries(
    [...labels].sort(([one], [other]) => one < other ? -1 : 1),
  );
  const text = JSON.stringify({ lockVersion: VERSION, tools }, null, 2);
  // Guests wrote parts of it, and people read it on a screen.
  return `${text.split("\n").map(printable).join("\n")}\n`;
}

/**
 * Reads a lock file.
 *
 * @returns its labels; undefined when there is no such file.
 * @throws {UsageError} when it can't be read or is not one.
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
 * How a tool differs from what was locked, a line each: `-` what was locked,
 * `+` what is there now. Empty when it does not.
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

/** Every value that holds no other, by its way from the outside in. */
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
