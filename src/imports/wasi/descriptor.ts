/** The guest's file descriptors. */

import type { FileStat, FileType } from "../../fs/file_stat.ts";
import type {
  DirectoryEntry,
  FileSystem,
  NewTimes,
  OpenFile,
} from "../../fs/file_system.ts";

/** The common part of both kinds of descriptors. */
interface DescriptorBase {
  /** Its base rights, which can only shrink. */
  rightsBase: number;
  /** Its inheriting rights, which can only shrink. */
  rightsInheriting: number;
  /** `fdflags`. */
  flags: number;
}

/** A descriptor of an open file or a standard stream. */
export interface FileDescriptor extends DescriptorBase {
  readonly kind: "file";
  readonly file: OpenFile;
  /** The file offset in bytes. */
  position: number;
}

/**
 * A directory descriptor. It stores the directory's place but no host handle,
 * so listing and opening go through the tree's checks each time. If the guest
 * renames the directory, the place follows.
 */
export interface DirectoryDescriptor extends DescriptorBase {
  readonly kind: "directory";
  readonly tree: FileSystem;
  place: string;
  /** Its guest path, if it is a preopened directory. */
  readonly preopen: string | undefined;
  /** The last listed name, and its cookie. */
  listed: { readonly cookie: number; readonly name: string } | undefined;
}

/** An open descriptor. */
export type Descriptor = FileDescriptor | DirectoryDescriptor;

/** A directory listing, of which a guest has one at a time. */
export interface Listing {
  readonly of: DirectoryDescriptor;
  readonly entries: readonly DirectoryEntry[];
  /** The cookie after entry 0 is 1 more than this. */
  readonly firstCookie: number;
}

/** The file type of a descriptor. */
export function filetypeOfDescriptor(descriptor: Descriptor): FileType {
  return descriptor.kind === "directory"
    ? "directory"
    : descriptor.file.filetype;
}

/** The metadata of a descriptor's file. */
export function statOfDescriptor(descriptor: Descriptor): FileStat {
  return descriptor.kind === "directory"
    ? descriptor.tree.stat(descriptor.place)
    : descriptor.file.stat();
}

/** Sets the times of a descriptor's file. */
export function setTimesOfDescriptor(
  descriptor: Descriptor,
  times: NewTimes,
): void {
  if (descriptor.kind === "file") descriptor.file.setTimes(times);
  else descriptor.tree.setTimes(descriptor.place, times);
}
