/**
 * Records a guest's refused file operations, for the host.
 *
 * A program without grants sees an empty tree, so most of what it requests does
 * not exist: that is distinguished from files missing in granted folders. The
 * guest chooses every path and their number.
 */

import {
  type DeniedFileReport,
  type FileOperation,
  type FileRefusal,
  MAX_DENIED_FILES,
  MAX_DENIED_PATH,
} from "../../channel/denied_file.ts";
import { codeOf } from "../../fs/error_code.ts";
import { type FileSystem, join } from "../../fs/file_system.ts";
import type { GrantedFileSystem } from "./guest_root.ts";
import type { DirectoryDescriptor } from "./descriptor.ts";
import { Errno } from "./errno.ts";
import { Oflags } from "./flags.ts";
import { Rights, rightsFromU64 } from "./rights.ts";
import type { WasiContext } from "./wasi_context.ts";

/** Which arguments of a function name a path. */
interface PathArguments {
  readonly operation: FileOperation;
  /** Positions of descriptor, pointer and length, for each of its paths. */
  readonly paths: readonly (readonly [number, number, number])[];
}

const FUNCTIONS: ReadonlyMap<string, PathArguments> = new Map([
  ["path_create_directory", named("create", [0, 1, 2])],
  ["path_filestat_get", named("stat", [0, 2, 3])],
  ["path_filestat_set_times", named("times", [0, 2, 3])],
  ["path_link", named("link", [0, 2, 3], [4, 5, 6])],
  ["path_open", named("read", [0, 2, 3])],
  ["path_readlink", named("read", [0, 1, 2])],
  ["path_remove_directory", named("remove", [0, 1, 2])],
  ["path_rename", named("rename", [0, 1, 2], [3, 4, 5])],
  ["path_symlink", named("link", [2, 3, 4])],
  ["path_unlink_file", named("remove", [0, 1, 2])],
]);

function named(
  operation: FileOperation,
  ...paths: [number, number, number][]
): PathArguments {
  return { operation, paths };
}

/** Errors that a missing grant may have caused. */
const REFUSALS: ReadonlySet<number> = new Set([
  Errno.NOENT,
  Errno.PERM,
  Errno.ROFS,
  Errno.NOTCAPABLE,
]);

const LOOKING: ReadonlySet<FileOperation> = new Set(["read", "list", "stat"]);

/** The number of first entries kept; the rest are the last ones. */
const KEPT_FIRST = MAX_DENIED_FILES / 2;

/** What guests see as `/` if that was not granted. */
export interface GuestTree {
  readonly tree: FileSystem;
  /** Whether relative paths resolve to a granted folder. */
  readonly hasFolder: boolean;
}

/** The record, bounded in number and bytes. */
export class DeniedFiles {
  /** The granted file systems, writable or not. */
  readonly #granted: readonly GrantedFileSystem[];
  #root: GuestTree | undefined;
  #noted = new Map<string, DeniedFileReport>();

  constructor(granted: readonly GrantedFileSystem[]) {
    this.#granted = granted;
  }

  /** Sets the tree that guests see as `/` if that was not granted. */
  setRoot(root: GuestTree): void {
    this.#root = root;
  }

  /** Examines a failed import call. */
  failed(
    context: WasiContext,
    name: string,
    args: readonly (number | bigint)[],
    errno: number,
  ): void {
    if (!REFUSALS.has(errno)) return;
    const known = FUNCTIONS.get(name);
    if (!known) return;
    const operation = name === "path_open"
      ? openOperation(args)
      : known.operation;
    for (const [fd, pointer, length] of known.paths) {
      const directory = directoryAt(context, args[fd]);
      const path = pathAt(context, args[pointer], args[length]);
      if (!directory || path === undefined) continue;
      const whole = this.#whole(directory, path);
      const reason = whole &&
        this.#why(context, directory, path, operation, errno);
      if (reason) return this.#note({ path: whole, operation, reason });
    }
  }

  /** The entries recorded since the last time, in order. */
  take(): DeniedFileReport[] {
    const noted = [...this.#noted.values()];
    this.#noted = new Map();
    return noted;
  }

  #note(denied: Omit<DeniedFileReport, "count">): void {
    const path = denied.path.length > MAX_DENIED_PATH
      ? `${denied.path.slice(0, MAX_DENIED_PATH)}…`
      : denied.path;
    const key = `${denied.operation} ${denied.reason} ${path}`;
    const count = (this.#noted.get(key)?.count ?? 0) + 1;
    if (count === 1 && this.#noted.size === MAX_DENIED_FILES) {
      const oldest = [...this.#noted.keys()][KEPT_FIRST]!;
      this.#noted.delete(oldest);
    }
    this.#noted.set(key, { ...denied, path, count });
  }

  /** The path from the guest's `/`, not resolved. */
  #whole({ tree, place }: DirectoryDescriptor, path: string): string {
    const guest = this.#granted.find((one) => one.fileSystem === tree)
      ?.guest ?? "/";
    const base = place === "" ? guest : `${withoutSlash(guest)}/${place}`;
    return path.startsWith("/") ? path : `${withoutSlash(base)}/${path}`;
  }

  #why(
    context: WasiContext,
    { tree, place }: DirectoryDescriptor,
    path: string,
    operation: FileOperation,
    errno: number,
  ): FileRefusal | undefined {
    const inside = placeOf(place, path);
    const looks = LOOKING.has(operation);
    if (errno === Errno.PERM) {
      // A stat fails this way only for a link that leads outside.
      return inside === undefined || looks ? "outside of grants" : undefined;
    }
    if (inside === undefined) return undefined;
    const isRoot = tree === this.#root?.tree;
    const granted = isRoot ? this.#grantOf(inside) : tree;
    if (errno !== Errno.NOENT) {
      if (looks) return undefined;
      if (granted) return granted.writable ? undefined : "read-only";
      return errno === Errno.ROFS ? "no such grant" : undefined;
    }
    return isRoot && !granted && !this.#isOwn(context, tree, inside)
      ? "no such grant"
      : undefined;
  }

  /** The granted tree that contains a place of the root. */
  #grantOf(place: string): FileSystem | undefined {
    return this.#granted
      .filter(({ guest }) => isBelow(place, guest.slice(1)))
      .sort((a, b) => b.guest.length - a.guest.length)[0]?.fileSystem;
  }

  /**
   * Whether a place is accessible to the guest: in `/tmp`, in an existing
   * directory, or directly in the granted folder to which relative paths
   * resolve.
   */
  #isOwn(context: WasiContext, tree: FileSystem, place: string): boolean {
    const [first = "", ...rest] = place.split("/");
    if (first === "tmp") return true;
    if (rest.length === 0) return this.#root?.hasFolder ?? false;
    context.stop.check();
    try {
      return tree.stat(first).filetype === "directory" &&
        !this.#granted.some(({ guest }) => guest.startsWith(`/${first}/`));
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      return false;
    }
  }
}

function openOperation(args: readonly (number | bigint)[]): FileOperation {
  const oflags = Number(args[4]);
  const rights = rightsFromU64(BigInt(args[5] ?? 0));
  const changes = (oflags & (Oflags.CREAT | Oflags.TRUNC)) !== 0 ||
    (rights & Rights.FD_WRITE) !== 0;
  if (changes) return "write";
  return (oflags & Oflags.DIRECTORY) !== 0 ? "list" : "read";
}

function directoryAt(
  { descriptors }: WasiContext,
  fd: number | bigint | undefined,
): DirectoryDescriptor | undefined {
  if (!descriptors.has(Number(fd))) return undefined;
  const descriptor = descriptors.get(Number(fd), 0);
  return descriptor.kind === "directory" ? descriptor : undefined;
}

function pathAt(
  { memory }: WasiContext,
  pointer: number | bigint | undefined,
  length: number | bigint | undefined,
): string | undefined {
  try {
    return memory.path(Number(pointer), Number(length));
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}

/** Resolves a path lexically; undefined if it leads above its tree. */
function placeOf(base: string, path: string): string | undefined {
  if (path.startsWith("/")) return undefined;
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "" || name === ".") continue;
    if (name !== "..") names.push(name);
    else if (names.pop() === undefined) return undefined;
  }
  return names.length === 0 ? base : join(base, names.join("/"));
}

function isBelow(place: string, folder: string): boolean {
  return folder === "" || place === folder || place.startsWith(`${folder}/`);
}

function withoutSlash(path: string): string {
  return path.endsWith("/") ? path.slice(0, -1) : path;
}
