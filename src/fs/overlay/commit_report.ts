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

/** A change that conflicts with the current state of the folder. */
export interface Conflict {
  readonly place: string;
  readonly reason: string;
}

/** A symbolic link, which only the host's thread may create. */
export interface WantedLink {
  readonly place: string;
  readonly target: string;
  /** The other wanted link of which this is a hard link. */
  readonly sameAs?: string;
}

/** Times to set once the links are created. */
export interface LateTimes {
  readonly place: string;
  readonly times: NewTimes;
}

/** The result of a commit. */
export interface CommitReport {
  /** With conflicts, nothing was changed unless `began` is set. */
  readonly conflicts: readonly Conflict[];
  /** Whether anything was changed. */
  readonly began: boolean;
  readonly links: readonly WantedLink[];
  /** The times of the links and of their parent directories. */
  readonly times: readonly LateTimes[];
  /** Names in the folder's root that could not be cleaned up. */
  readonly left: readonly string[];
}

/**
 * Sets times once the links are created; failures are reported as conflicts.
 */
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

/** Explains an error code in terms of a commit. */
export function reasonOf(code: ErrorCode): string {
  return REASONS[code] ?? `the folder refused it (${code})`;
}

const REASONS: Readonly<Partial<Record<ErrorCode, string>>> = {
  ESTALE: "it was changed since it was read",
  EEXIST: "something else was created under this name",
  ENOENT: "it is gone",
  ENOTEMPTY: "something was put into it meanwhile",
  ELOOP: "there is a link on the path to it",
  EIO: "its written data can't be read, or the disk fails",
  EROFS: "it is granted for reading only",
  EBUSY: "it is granted, or a parent of a granted folder",
};
