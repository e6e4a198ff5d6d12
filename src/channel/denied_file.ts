/** Something that a guest asked of files and that no grant allows. */

/** What was to be done with a file, a folder or a link. */
export type FileOperation =
  | "read"
  | "write"
  | "list"
  | "stat"
  | "create"
  | "remove"
  | "rename"
  | "link"
  | "times";

/** All of them. */
export const FILE_OPERATIONS: readonly FileOperation[] = [
  "read",
  "write",
  "list",
  "stat",
  "create",
  "remove",
  "rename",
  "link",
  "times",
];

/**
 * Why it was refused: nothing is granted that has the path, it leads out of
 * what is granted, or what is granted is for reading.
 */
export type FileRefusal = "no such grant" | "outside of grants" | "read-only";

/** All of them. */
export const FILE_REFUSALS: readonly FileRefusal[] = [
  "no such grant",
  "outside of grants",
  "read-only",
];

/** Something that a guest asked of files and that no grant allows. */
export interface DeniedFile {
  /** The path as the guest asked for it, from its `/`; cut when it is long. */
  readonly path: string;
  /** The path as a `file:` URL, as requests to the network have theirs. */
  readonly url: string;
  /** What was to be done. */
  readonly operation: FileOperation;
  /** Why it was refused. */
  readonly reason: FileRefusal;
  /** How often the same was asked for. */
  readonly count: number;
}

/** What a worker tells of it. */
export type DeniedFileReport = Omit<DeniedFile, "url">;

/** The most that are recorded of a call: the first half, and the last one. */
export const MAX_DENIED_FILES = 32;

/** Longer paths are cut, in UTF-16 units. */
export const MAX_DENIED_PATH = 512;
