/** What a commit works on, and its result. */

import { codeOf, type ErrorCode } from "../error_code.ts";
import type { FileSystem, NewTimes, OpenFile } from "../file_system.ts";
import type { PieceReader } from "./spill/saved_content.ts";

/** A folder that a commit may change. */
export interface CommitFolder {
  readonly tree: FileSystem;
  /** What the names of what it keeps there meanwhile begin with. */
  readonly prefix: string;
  /** Where pieces of what was changed are read from. */
  readonly pieces: PieceReader;
  /** Sets who may do what with a file of the tree that is open. */
  readonly setMode: (file: OpenFile, mode: number) => void;
}

/** A change that does not fit what the folder has by now. */
export interface Conflict {
  readonly place: string;
  readonly reason: string;
}

/** A symbolic link that only the host's own thread may make. */
export interface WantedLink {
  readonly place: string;
  readonly target: string;
  /** One of these that it is another name of. */
  readonly sameAs?: string;
}

/** Times to be set once the links are made. */
export interface LateTimes {
  readonly place: string;
  readonly times: NewTimes;
}

/** The result of a commit. */
export interface CommitReport {
  /** Nothing was changed when there are any and it did not begin. */
  readonly conflicts: readonly Conflict[];
  /** Whether anything was changed. */
  readonly began: boolean;
  readonly links: readonly WantedLink[];
  /** Those of the links, and of the directories that they are in. */
  readonly times: readonly LateTimes[];
  /** Names in the folder's root that it could not clean up. */
  readonly left: readonly string[];
}

/** Sets times once the links are made; what could not be set is a conflict. */
export function setLateTimes(
  tree: FileSystem,
  all: readonly LateTimes[],
): Conflict[] {
  const conflicts: Conflict[] = [];
  for (const { place, times } of all) {
    try {
      tree.setTimes(place, times);
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      conflicts.push({ place, reason: reasonOf(code) });
    }
  }
  return conflicts;
}

/** Says what a code means for a commit. */
export function reasonOf(code: ErrorCode): string {
  return REASONS[code] ?? `the folder refused it (${code})`;
}

const REASONS: Readonly<Partial<Record<ErrorCode, string>>> = {
  ESTALE: "it was changed since it was read",
  EEXIST: "something else was created under this name",
  ENOENT: "it is gone",
  ENOTEMPTY: "something was put into it meanwhile",
  ELOOP: "a link is on the way to it",
  EIO: "what was written for it can't be read, or the disk fails",
  EROFS: "it is granted for reading only",
  EBUSY: "it is granted itself, or on the way to what is",
};
