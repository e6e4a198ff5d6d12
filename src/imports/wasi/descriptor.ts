/** What a guest's file descriptor stands for. */

import type { FileStat, FileType } from "../../fs/file_stat.ts";
import type {
  DirectoryEntry,
  FileSystem,
  NewTimes,
  OpenFile,
} from "../../fs/file_system.ts";

/** What a file descriptor of either kind has. */
interface DescriptorBase {
  /** What may be done with it; only ever shrinks. */
  rightsBase: number;
  /** What may be done with what is opened below it; only ever shrinks. */
  rightsInheriting: number;
  /** `fdflags`. */
  flags: number;
}

/** A descriptor of an open file or a standard stream. */
export interface FileDescriptor extends DescriptorBase {
  readonly kind: "file";
  readonly file: OpenFile;
  /** Where the next read or write is, in bytes. */
  position: number;
}

/**
 * A descriptor of a directory. It holds the directory's place and nothing of
 * the host's, so that listing and opening go through the tree's checks each
 * time. When the guest renames the directory, the place follows.
 */
export interface DirectoryDescriptor extends DescriptorBase {
  readonly kind: "directory";
  readonly tree: FileSystem;
  place: string;
  /** The guest's name for it, when it was there from the start. */
  readonly preopen: string | undefined;
  /** The last name that was listed, and the cookie that came with it. */
  listed: { readonly cookie: number; readonly name: string } | undefined;
}

/** What a guest's number stands for. */
export type Descriptor = FileDescriptor | DirectoryDescriptor;

/** One listing of a directory, of which a guest has one at a time. */
export interface Listing {
  readonly of: DirectoryDescriptor;
  readonly entries: readonly DirectoryEntry[];
  /** The cookie after entry 0 is 1 more than this. */
  readonly firstCookie: number;
}

/** The type of what a descriptor stands for. */
export function filetypeOfDescriptor(descriptor: Descriptor): FileType {
  return descriptor.kind === "directory"
    ? "directory"
    : descriptor.file.filetype;
}

/** What is known of what a descriptor stands for. */
export function statOfDescriptor(descriptor: Descriptor): FileStat {
  return descriptor.kind === "directory"
    ? descriptor.tree.stat(descriptor.place)
    : descriptor.file.stat();
}

/** Sets the times of what a descriptor stands for. */
export function setTimesOfDescriptor(
  descriptor: Descriptor,
  times: NewTimes,
): void {
  if (descriptor.kind === "file") descriptor.file.setTimes(times);
  else descriptor.tree.setTimes(descriptor.place, times);
}
