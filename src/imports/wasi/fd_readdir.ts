/** The WASI function that lists a directory. */

import { filetypeNumber } from "./filestat.ts";
import { codeOf, fail } from "../../fs/error_code.ts";
import type { DirectoryDescriptor, Listing } from "./descriptor.ts";
import { Rights } from "./rights.ts";
import { type DirectoryEntry, join, parentOf } from "../../fs/file_system.ts";
import type { WasiContext } from "./wasi_context.ts";

const DIRENT_BYTES = 24;
const encoder = new TextEncoder();

/** Listing a directory. */
export const readdirFunctions = {
  /**
   * Fills the buffer with entries, of which the last may be truncated: so a
   * buffer that is not full means that there are no more.
   *
   * ```text
   *   0        8       16         20       21    24
   *   ┌────────┬───────┬──────────┬────────┬─────┬────────┬────────────
   *   │ d_next │ d_ino │ d_namlen │ d_type │ 0 … │ name … │ next dirent
   *   └────────┴───────┴──────────┴────────┴─────┴────────┴────────────
   * ```
   */
  fd_readdir(
    context: WasiContext,
    fd: number,
    buf: number,
    length: number,
    cookie: bigint,
    used: number,
  ): void {
    const { descriptors, memory } = context;
    const directory = descriptors.directory(fd, Rights.FD_READDIR);
    const buffer = memory.bytes(buf, length);
    const written = fill(context, directory, buffer, startAt(cookie));
    memory.setU32(used, written);
  },
};

function fill(
  context: WasiContext,
  directory: DirectoryDescriptor,
  buffer: Uint8Array,
  cookie: number,
): number {
  const listing = listingAt(context, directory, cookie);
  let at = 0;
  let index = cookie - listing.firstCookie;
  for (; index < listing.entries.length && at < buffer.length; index++) {
    const entry = listing.entries[index];
    if (entry === undefined) break;
    context.stop.check();
    const next = listing.firstCookie + index + 1;
    const dirent = direntOf(directory, entry, next);
    const fits = dirent.subarray(0, buffer.length - at);
    buffer.set(fits, at);
    at += fits.length;
    if (fits.length === dirent.length) {
      directory.listed = { cookie: next, name: entry.name };
    }
  }
  return at;
}

/**
 * The listing that a cookie belongs to.
 *
 * A guest has one listing at a time. A discarded listing is created again, and
 * continues after the name that its descriptor saw last, so that files removed
 * in between cause no other file to be skipped.
 */
function listingAt(
  context: WasiContext,
  directory: DirectoryDescriptor,
  cookie: number,
): Listing {
  const kept = context.listing;
  if (cookie > 0 && kept?.of === directory && cookie >= kept.firstCookie) {
    return kept;
  }
  const entries = [DOT, DOT_DOT, ...directory.tree.list(directory.place)];
  const last = cookie > 0 ? directory.listed : undefined;
  let firstCookie = 0;
  if (last?.cookie === cookie) {
    const start = entries.findIndex((entry, i) =>
      i > 1 && entry.name > last.name
    );
    const at = isDot(last.name)
      ? cookie
      : start === -1
      ? entries.length
      : start;
    firstCookie = cookie - at;
  }
  return context.listing = { of: directory, entries, firstCookie };
}

const DOT: DirectoryEntry = { name: ".", filetype: "directory" };
const DOT_DOT: DirectoryEntry = { name: "..", filetype: "directory" };

function isDot(name: string): boolean {
  return name === "." || name === "..";
}

function direntOf(
  directory: DirectoryDescriptor,
  { name, filetype }: DirectoryEntry,
  next: number,
): Uint8Array {
  const bytes = encoder.encode(name);
  const dirent = new Uint8Array(DIRENT_BYTES + bytes.length);
  const view = new DataView(dirent.buffer);
  view.setBigUint64(0, BigInt(next), true);
  view.setBigUint64(8, BigInt(inoOf(directory, name)), true);
  view.setUint32(16, bytes.length, true);
  view.setUint8(20, filetypeNumber(filetype));
  dirent.set(bytes, DIRENT_BYTES);
  return dirent;
}

/** The inode of an entry; 0 if it no longer exists. */
function inoOf({ tree, place }: DirectoryDescriptor, name: string): number {
  // Nothing above the root may be visible to a guest.
  const at = name === "."
    ? place
    : name === ".."
    ? parentOf(place)
    : join(place, name);
  try {
    return tree.stat(at).ino;
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return 0;
  }
}

function startAt(cookie: bigint): number {
  const start = BigInt.asUintN(64, cookie);
  if (start > BigInt(Number.MAX_SAFE_INTEGER)) fail("EINVAL");
  return Number(start);
}
