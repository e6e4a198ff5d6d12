/** Lists what an overlay changed, for people and programs. */

import type { FileType } from "../file_stat.ts";
import type { OverlayState, SavedNode } from "./overlay_state.ts";
import { sizeOf } from "./spill/saved_content.ts";
import {
  type OverlayTree,
  overlayTree,
  type Standing,
} from "./overlay_tree.ts";

/** One change; places are relative to the overlay's root. */
export interface OverlayChange {
  readonly kind: "created" | "modified" | "removed" | "renamed";
  readonly place: string;
  /** The previous place, if it was renamed. */
  readonly from?: string;
  /** Another place of the same file, if it was created as a hard link. */
  readonly linkOf?: string;
  readonly filetype: FileType;
  /** The target of a symbolic link. */
  readonly target?: string;
  readonly sizeBefore?: number;
  readonly sizeAfter?: number;
  /** Whether its bytes may have changed. */
  readonly hasNewContent: boolean;
  /** The times that the guest set, in nanoseconds. */
  readonly atim?: bigint;
  readonly mtim?: bigint;
}

/** Lists what a saved overlay changed, sorted by place. */
export function listChanges(state: OverlayState): OverlayChange[] {
  const tree = overlayTree(state);
  const changes = [
    ...standingChanges(tree),
    ...removals(tree),
    ...state.loose.map((index) => looseChange(state.nodes[index]!)),
  ];
  return changes.sort((a, b) => a.place < b.place ? -1 : 1);
}

function* standingChanges(
  { standing, moves }: OverlayTree,
): Generator<OverlayChange> {
  const from = new Map(moves.map((move) => [move.to, move.from.place]));
  const first = new Map<SavedNode, string>();
  for (const one of standing) {
    const { saved, place } = one;
    const linkOf = first.get(saved);
    if (linkOf === undefined) first.set(saved, place);
    const change = changeOf(one, from.get(one), linkOf);
    if (change) yield change;
  }
}

function changeOf(
  one: Standing,
  from: string | undefined,
  linkOf: string | undefined,
): OverlayChange | undefined {
  const { saved, place, isLower, replaced } = one;
  const hasNewContent = saved.kind === "file" && saved.content !== undefined;
  const hasNewTimes = saved.asked.atim !== undefined ||
    saved.asked.mtim !== undefined;
  const common = { place, ...described(saved), hasNewContent };
  const before = replaced?.stat ?? saved.origin?.stat;
  const sizeBefore = before?.filetype === "file"
    ? { sizeBefore: before.size }
    : {};
  if (isLower) {
    const isChanged = hasNewTimes || (hasNewContent && linkOf === undefined);
    return isChanged
      ? { kind: "modified", ...common, ...sizeBefore }
      : undefined;
  }
  if (from !== undefined) {
    return { kind: "renamed", from, ...common, ...sizeBefore };
  }
  const isAnew = replaced?.stat.filetype === common.filetype;
  if (isAnew && common.filetype !== "directory") {
    return { kind: "modified", ...common, ...sizeBefore, hasNewContent: true };
  }
  const link = saved.origin && linkOf === undefined
    ? saved.origin.place
    : linkOf;
  return {
    kind: "created",
    ...common,
    ...link !== undefined && { linkOf: link },
  };
}

/** A replacement of the same type is reported as a modification. */
function* removals(
  { standing, moves, removed }: OverlayTree,
): Generator<OverlayChange> {
  const moved = new Set(moves.map(({ to }) => to));
  const modified = new Set(
    standing.filter((one) =>
      !moved.has(one) && one.replaced &&
      one.replaced.stat.filetype !== "directory" &&
      one.replaced.stat.filetype === filetypeOf(one.saved)
    ).map(({ replaced }) => replaced),
  );
  for (const hidden of removed) {
    if (modified.has(hidden)) continue;
    const { place, stat: { filetype, size } } = hidden;
    yield {
      kind: "removed",
      place,
      filetype,
      ...filetype === "file" && { sizeBefore: size },
      hasNewContent: false,
    };
  }
}

/**
 * A file that was changed through a removed name, and has further hard links.
 */
function looseChange(saved: SavedNode): OverlayChange {
  return {
    kind: "modified",
    place: saved.origin?.place ?? "",
    ...described(saved),
    ...saved.origin && { sizeBefore: saved.origin.stat.size },
    hasNewContent: saved.kind === "file" && saved.content !== undefined,
  };
}

function filetypeOf(saved: SavedNode): FileType {
  if (saved.kind !== "file") return saved.kind;
  return saved.origin?.stat.filetype ?? "file";
}

type Described = Pick<
  OverlayChange,
  "filetype" | "target" | "sizeAfter" | "atim" | "mtim"
>;

function described(saved: SavedNode): Described {
  const { atim, mtim } = saved.asked;
  return {
    filetype: filetypeOf(saved),
    ...saved.kind === "link" && { target: saved.target },
    ...saved.kind === "file" && {
      sizeAfter: saved.content === undefined
        ? saved.origin?.stat.size ?? 0
        : sizeOf(saved.content),
    },
    ...atim !== undefined && { atim },
    ...mtim !== undefined && { mtim },
  };
}
