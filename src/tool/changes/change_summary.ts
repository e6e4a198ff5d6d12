/** Summarizes changes for people, one per line. */

import { quote } from "../../quote.ts";
import type { Change } from "./changes.ts";

/**
 * How many created or modified files are listed before the rest are only
 * counted.
 */
const MOST_NAMED = 50;

/** Writes the lines; removed and renamed files are always listed. */
export function summaryOf(changes: readonly Change[]): string {
  if (changes.length === 0) return "Nothing was changed.\n";
  const lines = [headline(changes)];
  let named = 0;
  let unnamed = 0;
  for (const change of changes) {
    const isLoss = change.kind === "removed" || change.kind === "renamed" ||
      isEmptied(change);
    if (isLoss || named++ < MOST_NAMED) lines.push(`  ${line(change)}`);
    else unnamed++;
  }
  if (unnamed > 0) {
    lines.push(`  … and ${unnamed} more that were created or modified`);
  }
  return `${lines.join("\n")}\n`;
}

/** A file that was emptied is as good as removed. */
function isEmptied({ sizeBefore = 0, sizeAfter }: Change): boolean {
  return sizeBefore > 0 && sizeAfter === 0;
}

function headline(changes: readonly Change[]): string {
  const kinds = ["removed", "renamed", "modified", "created"] as const;
  return kinds
    .map((kind) => [kind, changes.filter((one) => one.kind === kind).length])
    .filter(([, count]) => count !== 0)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(", ");
}

function line(change: Change): string {
  const { kind, path, from, linkOf, target, type } = change;
  const what = type === "file" ? "" : `${type} `;
  const source = from === undefined ? "" : `${shown(from)} to `;
  const notes = [
    ...linkOf === undefined ? [] : [`another name of ${shown(linkOf)}`],
    ...target === undefined ? [] : [`says ${shown(target)}`],
    ...sizes(change),
    ...change.modifiedAt ? [`dated ${dated(change.modifiedAt)}`] : [],
  ];
  const note = notes.length === 0 ? "" : ` (${notes.join(", ")})`;
  return `${kind} ${what}${source}${shown(path)}${note}`;
}

function sizes({ kind, sizeBefore, sizeAfter }: Change): string[] {
  if (kind === "created" && sizeAfter !== undefined) {
    return [`${sizeAfter} bytes`];
  }
  if (kind === "removed" && sizeBefore !== undefined) {
    return [`${sizeBefore} bytes`];
  }
  if (sizeBefore === undefined || sizeAfter === undefined) return [];
  return sizeBefore === sizeAfter && kind === "renamed"
    ? [`${sizeAfter} bytes`]
    : [`${sizeBefore} to ${sizeAfter} bytes`];
}

function dated(date: Date): string {
  return Number.isNaN(date.getTime()) ? "out of range" : date.toISOString();
}

/**
 * Names are chosen by the guest: quoted if they could be mistaken for something
 * else.
 */
function shown(path: string): string {
  return /^[\w./@+=:,~-]+$/u.test(path) ? path : quote(path);
}
