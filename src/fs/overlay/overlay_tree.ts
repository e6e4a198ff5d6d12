/** A saved overlay as it is read: who stands where, and what went where. */

import type { FileStat } from "../file_stat.ts";
import { join } from "../file_system.ts";
import type {
  OverlayState,
  SavedDirectory,
  SavedEntry,
  SavedNode,
} from "./overlay_state.ts";

/** A node at one of its places. */
export interface Standing extends SavedEntry {
  readonly place: string;
  readonly saved: SavedNode;
  readonly parent: SavedDirectory;
  /** What of the lower tree stood at this name, and does not any more. */
  readonly replaced: HiddenPlace | undefined;
}

/** A place of the lower tree that is not shown. */
export interface HiddenPlace {
  readonly place: string;
  readonly stat: FileStat;
}

/** A node that left its place in the lower tree for another one. */
export interface Move {
  readonly from: HiddenPlace;
  readonly to: Standing;
}

/** What a saved overlay comes to. */
export interface OverlayTree {
  /** All that stands somewhere, directories before what is in them. */
  readonly standing: readonly Standing[];
  readonly moves: readonly Move[];
  /** What is gone from the lower tree, what is in a directory before it. */
  readonly removed: readonly HiddenPlace[];
}

/** Reads a saved overlay. */
export function overlayTree(state: OverlayState): OverlayTree {
  const hidden = hiddenPlaces(state);
  const standing = standingNodes(state, hidden);
  const moves = movesOf(standing, hidden);
  const moved = new Set(moves.map(({ from }) => from.place));
  const removed = [...hidden.values()]
    .filter(({ place }) => !moved.has(place))
    .sort((a, b) => depth(b) - depth(a) || (a.place < b.place ? -1 : 1));
  return { standing, moves, removed };
}

function depth({ place }: { readonly place: string }): number {
  return place.split("/").length;
}

/** By place; directories that are gone themselves tell of what was in them. */
function hiddenPlaces({ nodes }: OverlayState): Map<string, HiddenPlace> {
  const hidden = new Map<string, HiddenPlace>();
  for (const node of nodes) {
    if (node.kind !== "directory" || !node.origin) continue;
    for (const { name, stat } of node.hidden) {
      const place = join(node.origin.place, name);
      hidden.set(place, { place, stat });
    }
  }
  return hidden;
}

function standingNodes(
  { nodes }: OverlayState,
  hidden: ReadonlyMap<string, HiddenPlace>,
): Standing[] {
  const standing: Standing[] = [];
  const seen = new Set<SavedNode>();
  const look = (parent: SavedDirectory, at: string) => {
    // No directory has two names; a state that says so is not a guest's.
    if (seen.has(parent)) throw new RangeError("Directory contains itself");
    seen.add(parent);
    for (const entry of parent.entries) {
      const saved = nodes[entry.node]!;
      const replaced = parent.origin && !entry.isLower
        ? hidden.get(join(parent.origin.place, entry.name))
        : undefined;
      const place = join(at, entry.name);
      standing.push({ ...entry, place, saved, parent, replaced });
    }
  };
  const [root] = nodes;
  if (root?.kind !== "directory") return [];
  look(root, "");
  // It grows while it is walked.
  for (const { saved, place } of standing) {
    if (saved.kind === "directory") look(saved, place);
  }
  return standing;
}

/** Which of the names that are gone became which of the new ones. */
function movesOf(
  standing: readonly Standing[],
  hidden: ReadonlyMap<string, HiddenPlace>,
): Move[] {
  const byInode = Map.groupBy(hidden.values(), ({ stat }) => keyOf(stat));
  const moves: Move[] = [];
  for (const to of standing) {
    const { origin } = to.saved;
    if (to.isLower || !origin) continue;
    const from = byInode.get(keyOf(origin.stat))?.shift();
    if (from) moves.push({ from, to });
  }
  return moves;
}

function keyOf({ dev, ino }: FileStat): string {
  return `${dev}:${ino}`;
}
