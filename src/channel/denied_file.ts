/** A file operation of a guest that no grant allows. */

/** An operation on a file, a folder or a symbolic link. */
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
 * Why it was refused: no grant covers the path, the path leads out of a granted
 * folder, or the folder is read-only.
 */
export type FileRefusal = "no such grant" | "outside of grants" | "read-only";

/** All of them. */
export const FILE_REFUSALS: readonly FileRefusal[] = [
  "no such grant",
  "outside of grants",
  "read-only",
];

/** A file operation of a guest that no grant allows. */
export interface DeniedFile {
  /** The requested guest path, from its `/`; truncated if it is long. */
  readonly path: string;
  /** The path as a `file:` URL, in analogy to network requests. */
  readonly url: string;
  /** The operation. */
  readonly operation: FileOperation;
  /** Why it was refused. */
  readonly reason: FileRefusal;
  /** How often the same operation was requested. */
  readonly count: number;
}

/** The report of a worker. */
export type DeniedFileReport = Omit<DeniedFile, "url">;

/** The maximum number recorded per call: the first half and the last half. */
export const MAX_DENIED_FILES = 32;

/** Maximum path length in UTF-16 code units; longer ones are truncated. */
export const MAX_DENIED_PATH = 512;
