/**
 * The tree described by a saved overlay: what is where, and what moved where.
 */

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
  /** The lower entry that was at this name and is no longer. */
  readonly replaced: HiddenPlace | undefined;
}

/** A place in the lower tree that is hidden. */
export interface HiddenPlace {
  readonly place: string;
  readonly stat: FileStat;
}

/** A node that moved from its place in the lower tree. */
export interface Move {
  readonly from: HiddenPlace;
  readonly to: Standing;
}

/** The evaluated tree of a saved overlay. */
export interface OverlayTree {
  /** Every named node, directories before their contents. */
  readonly standing: readonly Standing[];
  readonly moves: readonly Move[];
  /** What was removed from the lower tree, contents before their directory. */
  readonly removed: readonly HiddenPlace[];
}

/** Evaluates a saved overlay. */
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

/** The hidden places; removed directories include what was hidden in them. */
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
    // A directory can't have two names; a state with one is corrupt.
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
  // The list grows during iteration.
  for (const { saved, place } of standing) {
    if (saved.kind === "directory") look(saved, place);
  }
  return standing;
}

/** Matches removed names with new names of the same node. */
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
