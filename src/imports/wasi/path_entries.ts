/** The WASI functions that create, remove, rename and link. */

import type { FileType } from "../../fs/file_stat.ts";
import { fail } from "../../fs/error_code.ts";
import type { DirectoryDescriptor } from "./descriptor.ts";
import { Lookupflags } from "./flags.ts";
import {
  type PathEnd,
  resolve,
  type Resolved,
  resolveEntry,
} from "../../fs/resolve.ts";
import { Rights } from "./rights.ts";
import type { WasiContext } from "./wasi_context.ts";

const encoder = new TextEncoder();

/** Creating, removing, renaming and linking. */
export const pathEntryFunctions = {
  path_create_directory(
    context: WasiContext,
    fd: number,
    path: number,
    length: number,
  ): void {
    const at = find(context, fd, Rights.PATH_CREATE_DIRECTORY, path, length);
    if (at.stat !== undefined) fail("EEXIST");
    at.tree.makeDirectory(at.place);
  },

  path_remove_directory(
    context: WasiContext,
    fd: number,
    path: number,
    length: number,
  ): void {
    const at = find(context, fd, Rights.PATH_REMOVE_DIRECTORY, path, length);
    if (existing(at) !== "directory") fail("ENOTDIR");
    if (at.end === "..") fail("ENOTEMPTY");
    if (at.end === "." || at.place === at.base) fail("EINVAL");
    at.tree.removeDirectory(at.place);
  },

  path_unlink_file(
    context: WasiContext,
    fd: number,
    path: number,
    length: number,
  ): void {
    const at = find(context, fd, Rights.PATH_UNLINK_FILE, path, length);
    if (existing(at) === "directory") fail("EISDIR");
    if (at.directory) fail("ENOTDIR");
    at.tree.unlink(at.place);
  },

  path_rename(
    context: WasiContext,
    fd: number,
    path: number,
    length: number,
    newFd: number,
    newPath: number,
    newLength: number,
  ): void {
    const from = find(context, fd, Rights.PATH_RENAME_SOURCE, path, length);
    const right = Rights.PATH_RENAME_TARGET;
    const to = find(context, newFd, right, newPath, newLength);
    if (from.tree !== to.tree) fail("EXDEV");
    // The root of a granted directory stays where it is.
    if (from.place === "" || to.place === "") fail("EINVAL");
    const filetype = existing(from);
    const wantsDirectory = from.directory || to.directory;
    if (wantsDirectory && filetype !== "directory") fail("ENOTDIR");
    if (from.end !== "name" || to.end !== "name") fail("EINVAL");
    from.tree.rename(from.place, to.place);
    if (filetype === "directory") {
      context.descriptors.renamed(from.tree, from.place, to.place);
    }
  },

  /**
   * Following a symbolic link in the old path is refused, as in other hosts.
   */
  path_link(
    context: WasiContext,
    fd: number,
    lookupflags: number,
    path: number,
    length: number,
    newFd: number,
    newPath: number,
    newLength: number,
  ): void {
    const from = find(context, fd, Rights.PATH_LINK_SOURCE, path, length);
    const right = Rights.PATH_LINK_TARGET;
    const to = find(context, newFd, right, newPath, newLength);
    if ((lookupflags & Lookupflags.SYMLINK_FOLLOW) !== 0) fail("EINVAL");
    if (from.tree !== to.tree) fail("EXDEV");
    if (existing(from) === "directory") fail("EPERM");
    if (from.directory) fail("ENOTDIR");
    if (to.stat !== undefined) fail("EEXIST");
    if (to.directory) fail("ENOENT");
    from.tree.link(from.place, to.place);
  },

  path_symlink(
    context: WasiContext,
    target: number,
    targetLength: number,
    fd: number,
    path: number,
    length: number,
  ): void {
    const text = context.memory.path(target, targetLength);
    const at = find(context, fd, Rights.PATH_SYMLINK, path, length);
    if (text === "") fail("ENOENT");
    if (text.startsWith("/")) fail("EPERM");
    if (at.stat !== undefined) fail("EEXIST");
    if (at.directory) fail("ENOENT");
    at.tree.symlink(text, at.place);
  },

  /** Returns as much of the target as fits. */
  path_readlink(
    context: WasiContext,
    fd: number,
    path: number,
    length: number,
    buf: number,
    bufLength: number,
    used: number,
  ): void {
    const { tree, place } = context.descriptors.directory(
      fd,
      Rights.PATH_READLINK,
    );
    const text = context.memory.path(path, length);
    const at = resolve(tree, place, text, false, context.stop);
    const buffer = context.memory.bytes(buf, bufLength);
    if (existing(at) !== "link") fail("EINVAL");
    const bytes = encoder.encode(tree.readLink(at.place));
    const fits = bytes.subarray(0, buffer.length);
    buffer.set(fits);
    context.memory.setU32(used, fits.length);
  },
};

/** A place, with the directory from which the guest named it. */
interface Found extends Resolved {
  readonly end: PathEnd;
  readonly tree: DirectoryDescriptor["tree"];
  readonly base: string;
}

/**
 * The entry of a guest's path, without following a symbolic link at its end.
 */
function find(
  { descriptors, memory, stop }: WasiContext,
  fd: number,
  rights: number,
  path: number,
  length: number,
): Found {
  const { tree, place } = descriptors.directory(fd, rights);
  const text = memory.path(path, length);
  return { ...resolveEntry(tree, place, text, stop), tree, base: place };
}

function existing({ stat }: Resolved): FileType {
  return stat === undefined ? fail("ENOENT") : stat.filetype;
}
