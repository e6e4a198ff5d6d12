/** Finds what changed in a folder since an overlay read it. */

import { codeOf } from "../error_code.ts";
import type { FileStat } from "../file_stat.ts";
import { type FileSystem, join } from "../file_system.ts";
import { isSame } from "../host/host_stat.ts";
import type { Conflict } from "./commit_report.ts";
import { sumOf } from "./content_sum.ts";
import type { OverlayState, SavedNode } from "./overlay_state.ts";
import type { OverlayTree, Standing } from "./overlay_tree.ts";

/** Every change of a saved overlay that no longer fits the folder. */
export function findConflicts(
  tree: FileSystem,
  { nodes, loose }: OverlayState,
  { standing, moves, removed }: OverlayTree,
): Conflict[] {
  const conflicts = new Map<string, string>();
  const look = (place: string, stat: FileStat, saved?: SavedNode) => {
    const reason = whyChanged(tree, place, stat, saved);
    if (reason !== undefined) conflicts.set(place, reason);
  };
  for (const { place, stat } of removed) look(place, stat);
  for (const { from, to } of moves) look(from.place, from.stat, to.saved);
  for (const one of standing) {
    const { saved, isLower } = one;
    if (isLower && saved.origin && isChanged(saved)) {
      look(saved.origin.place, saved.origin.stat, saved);
    }
    const reason = whyTaken(tree, one);
    if (reason !== undefined) conflicts.set(one.place, reason);
  }
  for (const index of loose) {
    const node = nodes[index];
    if (node?.origin) look(node.origin.place, node.origin.stat, node);
  }
  return [...conflicts].map(([place, reason]) => ({ place, reason }));
}

function isChanged(saved: SavedNode): boolean {
  const { atim, mtim } = saved.asked;
  return atim !== undefined || mtim !== undefined ||
    (saved.kind === "file" && saved.content !== undefined);
}

function whyChanged(
  tree: FileSystem,
  place: string,
  was: FileStat,
  saved?: SavedNode,
): string | undefined {
  const now = statIfThere(tree, place);
  if (now === undefined) return "it is gone";
  if (!isSame(now, was) || now.filetype !== was.filetype) {
    return "something else has its name";
  }
  // Others may create files in a directory: that alone is not a conflict.
  if (was.filetype === "directory") return undefined;
  const isOther = now.size !== was.size || now.mtim !== was.mtim ||
    (saved?.kind === "file" && saved.sum !== undefined &&
      saved.sum !== sumAt(tree, place, now));
  return isOther ? "it was changed since it was read" : undefined;
}

function sumAt(
  tree: FileSystem,
  place: string,
  stat: FileStat,
): number | undefined {
  const mode = { read: true, write: false, create: false, append: false };
  const file = tree.open(place, mode, stat);
  try {
    const bytes = new Uint8Array(stat.size);
    for (let at = 0; at < bytes.length;) {
      const read = file.read(bytes.subarray(at), at);
      if (read === 0) return undefined;
      at += read;
    }
    return sumOf(bytes);
  } finally {
    file.close();
  }
}

/** Why a new name is already taken in the folder, if it is. */
function whyTaken(tree: FileSystem, one: Standing): string | undefined {
  const { isLower, parent, name, replaced } = one;
  if (isLower || replaced || !parent.origin) return undefined;
  const place = join(parent.origin.place, name);
  return statIfThere(tree, place) &&
    "something else was created under this name";
}

function statIfThere(tree: FileSystem, place: string): FileStat | undefined {
  try {
    return tree.stat(place);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}
