/** The WASI function that opens files and directories. */

import { codeOf, fail } from "../../fs/error_code.ts";
import type { Descriptor, DirectoryDescriptor } from "./descriptor.ts";
import { ALL_FDFLAGS, Fdflags, Lookupflags, Oflags } from "./flags.ts";
import { resolve, type Resolved } from "../../fs/resolve.ts";
import {
  CHANGING_RIGHTS,
  DIRECTORY_RIGHTS,
  FILE_RIGHTS,
  Rights,
  rightsFromU64,
} from "./rights.ts";
import { checkStackRoom } from "./stack_room.ts";
import type { OpenFile, OpenMode } from "../../fs/file_system.ts";
import type { WasiContext } from "./wasi_context.ts";

/** The parameters of an open. */
interface Request {
  readonly follow: boolean;
  readonly oflags: number;
  readonly base: number;
  readonly inheriting: number;
  readonly fdflags: number;
}

/** Opening files and directories. */
export const pathOpenFunctions = {
  path_open(
    context: WasiContext,
    fd: number,
    lookupflags: number,
    path: number,
    pathLength: number,
    oflags: number,
    base: bigint,
    inheriting: bigint,
    fdflags: number,
    opened: number,
  ): void {
    const { descriptors, memory } = context;
    const directory = descriptors.directory(fd, neededRights(oflags));
    if ((oflags & ~15) !== 0 || (fdflags & ~ALL_FDFLAGS) !== 0) {
      fail("EINVAL");
    }
    descriptors.checkRoom();
    memory.setU32(opened, 0);
    const request: Request = {
      follow: (lookupflags & Lookupflags.SYMLINK_FOLLOW) !== 0,
      oflags,
      base: rightsFromU64(base),
      inheriting: rightsFromU64(inheriting),
      fdflags,
    };
    checkWritable(directory, request);
    const name = memory.path(path, pathLength);
    const descriptor = open(context, directory, name, request);
    memory.setU32(opened, descriptors.add(descriptor));
  },
};

function neededRights(oflags: number): number {
  let rights = Rights.PATH_OPEN;
  if ((oflags & Oflags.CREAT) !== 0) rights |= Rights.PATH_CREATE_FILE;
  if ((oflags & Oflags.TRUNC) !== 0) rights |= Rights.PATH_FILESTAT_SET_SIZE;
  return rights;
}

/** Fails early for write access to a read-only directory. */
function checkWritable(directory: DirectoryDescriptor, asked: Request): void {
  const writes = asked.base & (Rights.FD_WRITE | Rights.FD_ALLOCATE);
  if ((writes & ~directory.rightsInheriting) === 0) return;
  fail(directory.tree.writable ? "ENOTCAPABLE" : "EROFS");
}

function open(
  context: WasiContext,
  directory: DirectoryDescriptor,
  path: string,
  asked: Request,
): Descriptor {
  const { tree, place } = directory;
  const creates = (asked.oflags & Oflags.CREAT) !== 0;
  const exclusive = creates && (asked.oflags & Oflags.EXCL) !== 0;
  // With `EXCL` any existing name conflicts, even a dangling symbolic link.
  const follow = asked.follow && !exclusive;
  const found = resolve(tree, place, path, follow, context.stop, !creates);
  const filetype = found.stat?.filetype;
  if (filetype !== undefined && exclusive) fail("EEXIST");
  if (filetype === "link") fail("ELOOP");
  if (filetype === "directory") {
    return openDirectory(directory, found, asked);
  }
  if ((asked.oflags & Oflags.DIRECTORY) !== 0) {
    fail(filetype === undefined ? "ENOENT" : "ENOTDIR");
  }
  if (filetype === undefined && !creates) fail("ENOENT");
  if (filetype === undefined && found.directory) fail("EISDIR");
  return openFile(directory, found, asked);
}

function openDirectory(
  { tree, rightsInheriting }: DirectoryDescriptor,
  { place }: Resolved,
  { oflags, base, inheriting, fdflags }: Request,
): Descriptor {
  if ((oflags & (Oflags.CREAT | Oflags.TRUNC)) !== 0) fail("EISDIR");
  if ((base & Rights.FD_WRITE) !== 0) fail("EISDIR");
  return {
    kind: "directory",
    tree,
    place,
    preopen: undefined,
    listed: undefined,
    rightsBase: base & rightsInheriting & DIRECTORY_RIGHTS,
    rightsInheriting: inheriting & rightsInheriting,
    flags: fdflags & Fdflags.NONBLOCK,
  };
}

function openFile(
  directory: DirectoryDescriptor,
  found: Resolved,
  asked: Request,
): Descriptor {
  const rights = asked.base & directory.rightsInheriting & FILE_RIGHTS;
  const truncates = (asked.oflags & Oflags.TRUNC) !== 0;
  const write = truncates || (rights & Rights.FD_WRITE) !== 0;
  const file = openOrMake(directory, found, {
    read: (rights & Rights.FD_READ) !== 0 || !write,
    write,
    append: (asked.fdflags & Fdflags.APPEND) !== 0,
  }, asked.oflags);
  if (truncates) truncate(file);
  return {
    kind: "file",
    file,
    position: 0,
    rightsBase: rights,
    rightsInheriting: 0,
    flags: asked.fdflags,
  };
}

function truncate(file: OpenFile): void {
  let done = false;
  try {
    file.setSize(0);
    done = true;
  } finally {
    if (!done) file.close();
  }
}

/** Opens or creates a file, handling concurrent creation and removal. */
function openOrMake(
  { tree }: DirectoryDescriptor,
  { place, stat }: Resolved,
  mode: Omit<OpenMode, "create">,
  oflags: number,
): OpenFile {
  if (stat) return tree.open(place, { ...mode, create: false }, stat);
  checkStackRoom();
  try {
    return tree.open(place, { ...mode, create: true });
  } catch (error) {
    const exclusive = (oflags & Oflags.EXCL) !== 0;
    if (exclusive || codeOf(error) !== "EEXIST") throw error;
    return tree.open(place, { ...mode, create: false });
  }
}

/** The rights of a preopened directory. */
export function preopenRights(
  writable: boolean,
): { rightsBase: number; rightsInheriting: number } {
  const denied = writable ? 0 : CHANGING_RIGHTS;
  return {
    rightsBase: DIRECTORY_RIGHTS & ~denied,
    rightsInheriting: (DIRECTORY_RIGHTS | FILE_RIGHTS) & ~denied,
  };
}
