/** A granted host folder as a file system. */

import type { FileStat, FileType } from "../file_stat.ts";
import { codeOf, type ErrorCode, fail } from "../error_code.ts";
import * as fs from "node:fs";
import { AncestorGuard } from "./ancestor_guard.ts";
import { FolderLock, type LockHold } from "./folder_locks.ts";
import { FixedFile } from "./fixed_file.ts";
import { GrantedFolder, LOOK_MS } from "./granted_folder.ts";
import type { HostDirectory, HostFileSystemContext } from "./host_directory.ts";
import {
  createExclusively,
  createStaged,
  flagsOf,
  openSame,
  takeBack,
} from "./host_open.ts";
import { isOwnPlace } from "./own_names.ts";
import {
  HostFile,
  keepTimes,
  keptTime,
  seconds,
  setTimesOf,
} from "./host_file.ts";
import { filetypeOf, isSame, statOfInfo } from "./host_stat.ts";
import { checkListable, readNames, sameNames } from "./host_listing.ts";
import { refuseOutwardLinksIn, staysInside } from "../stays_inside.ts";
import {
  depthOf,
  type DirectoryEntry,
  type FileSystem,
  type NewTimes,
  type OpenFile,
  type OpenMode,
  parentOf,
} from "../file_system.ts";

/** How often an open that met a change is retried. */
const ATTEMPTS = 4;
/** Errors that mean that a file can't be created in the root and linked. */
const NO_STAGE: ReadonlySet<ErrorCode | undefined> = new Set([
  "EPERM",
  "ENOTSUP",
  "EXDEV",
  "EACCES",
  "EROFS",
]);

/**
 * A host directory: the boundary between a guest and everything outside.
 *
 * No call may follow a symbolic link on its path. With an anchor the kernel
 * enforces this: the path to the anchor has as many links as one path may have,
 * so one more fails with ELOOP. Otherwise an {@linkcode AncestorGuard} watches
 * the path. Opening resolves links whatever the flags, since Deno does so
 * itself: so the opened file is compared with the intended one, by device and
 * inode, before a byte is touched; and opening never creates or truncates.
 *
 * Everything that can change the meaning of a link, and every write that is
 * protected only by a guard, is done under a lock, so that no other guest of
 * this process moves anything between check and use.
 */
export class HostFileSystem implements FileSystem {
  readonly writable: boolean;
  readonly #guest: string;
  readonly #folder: GrantedFolder;
  readonly #guard: AncestorGuard;
  readonly #lock: FolderLock;
  readonly #context: HostFileSystemContext;
  /** The file that was checked last. */
  #recent: { place: string; stat: FileStat; untilMs: number } | undefined;

  constructor(directory: HostDirectory, context: HostFileSystemContext) {
    this.writable = directory.write;
    this.#guest = directory.guest;
    this.#folder = new GrantedFolder(directory, context.held);
    this.#guard = new AncestorGuard(
      this.#folder.root || "/",
      context.stop,
      (act) => this.#lock.hold(act),
    );
    const { locks, stop } = context;
    this.#lock = new FolderLock(locks, directory.locks ?? [], stop);
    this.#context = context;
  }

  stat(place: string): FileStat {
    this.#recent = undefined;
    if (place === "") {
      return statOfInfo(this.#folder.look(), this.#context.times);
    }
    this.#folder.check();
    const stat = this.#observe(
      parentOf(place),
      () => statOfInfo(Deno.lstatSync(this.#path(place)), this.#context.times),
      isSame,
    );
    if (stat.filetype === "directory") this.#folder.refuseAnchor(stat);
    if (stat.filetype === "file") {
      const untilMs = performance.now() + LOOK_MS;
      this.#recent = { place, stat, untilMs };
    }
    return stat;
  }

  /**
   * Only if opening depends on nothing but a file's identity: with read-only
   * parts, its link count matters as well.
   */
  recent(place: string): FileStat | undefined {
    const seen = this.#recent;
    this.#recent = undefined;
    if (seen?.place !== place || performance.now() > seen.untilMs) return;
    if (this.#folder.hasReadOnly) return;
    this.#folder.check();
    return seen.stat;
  }

  readLink(place: string): string {
    this.#folder.check();
    return this.#observe(
      parentOf(place),
      () => Deno.readLinkSync(this.#path(place)),
      (a, b) => a === b,
    );
  }

  list(place: string): DirectoryEntry[] {
    this.#folder.check();
    checkListable(this.stat(place));
    // Unlike the other calls, this follows a symbolic link at the end of the
    // path.
    const entries = this.#observe(
      place,
      () => readNames(this.#folder.anchored(place)),
      sameNames,
    );
    return entries
      .filter(({ name }) => !isOwnPlace(name))
      .map((entry) => ({ name: entry.name, filetype: filetypeOf(entry) }))
      .sort((a, b) => a.name < b.name ? -1 : 1);
  }

  open(place: string, mode: OpenMode, known?: FileStat): OpenFile {
    const flags = flagsOf(mode);
    const reopen = (append: boolean) =>
      this.#open(place, flagsOf({ ...mode, append }), "file", this.stat(place));
    if (mode.create) {
      const made = this.#context.entries
        .make(() => this.#create(place, flags));
      return new HostFile(made, mode.append, this.#context, reopen);
    }
    const stat = known ?? this.stat(place);
    const fixed = this.#folder.whyFixed(place, stat);
    if (mode.write && fixed !== undefined) fail(fixed);
    const fd = this.#open(place, flags, "file", stat, mode.exact);
    const Opened = fixed === undefined ? HostFile : FixedFile;
    return new Opened(fd, mode.append, this.#context, reopen);
  }

  makeDirectory(place: string): void {
    this.#context.entries.make(() =>
      this.#change(place, () => Deno.mkdirSync(this.#path(place)))
    );
  }

  removeDirectory(place: string): void {
    this.#folder.refuseHeld(place);
    this.#change(place, () => fs.rmdirSync(this.#path(place)));
    this.#context.entries.removed();
  }

  unlink(place: string): void {
    if (this.stat(place).filetype === "directory") fail("EISDIR");
    this.#change(place, () => Deno.removeSync(this.#path(place)));
    this.#context.entries.removed();
  }

  rename(from: string, to: string): void {
    this.#lock.hold((hold) => {
      const { filetype } = this.#refuseOutwardLink(from, to, hold);
      if (filetype === "directory") {
        this.#folder.refuseHeld(from);
        this.#folder.refuseHeld(to);
      }
      this.#changeBoth(from, to, () => {
        hold.check();
        Deno.renameSync(this.#path(from), this.#path(to));
      });
      if (filetype === "directory") this.#folder.noteMove();
    });
  }

  link(from: string, to: string): void {
    this.#context.entries.make(() =>
      this.#lock.hold((hold) => {
        this.#refuseOutwardLink(from, to, hold);
        this.#changeBoth(from, to, () => {
          hold.check();
          Deno.linkSync(this.#path(from), this.#path(to));
        });
      })
    );
  }

  symlink(target: string, place: string): void {
    if (!staysInside(place, target)) fail("EPERM");
    const { broker, budget, entries } = this.#context;
    if (broker === undefined) fail("ENOTSUP");
    const bytes = new TextEncoder().encode(target).length;
    entries.make(() =>
      budget.spend(bytes, () => {
        const code = broker.symlink(this.#guest, place, target);
        if (code !== undefined) fail(code);
      })
    );
  }

  setTimes(place: string, times: NewTimes): void {
    const stat = this.stat(place);
    const fixed = this.#folder.whyFixed(place, stat);
    if (fixed !== undefined) fail(fixed);
    const { filetype } = stat;
    if (times.atim === undefined && times.mtim === undefined) return;
    const exact = this.#context.times;
    if (
      filetype === "file" || filetype === "directory"
    ) {
      const { O_RDONLY } = fs.constants;
      const fd = this.#open(place, O_RDONLY, filetype, stat);
      try {
        return setTimesOf(fd, times, exact);
      } finally {
        this.#context.files.close(fd);
      }
    }
    this.#change(place, () => {
      const path = this.#path(place);
      const before = fs.lstatSync(path);
      fs.lutimesSync(
        path,
        seconds(times.atim ?? keptTime("atim", before, exact)),
        seconds(times.mtim ?? keptTime("mtim", before, exact)),
      );
      keepTimes(fs.lstatSync(path), times, exact);
    });
  }

  /** Opens exactly what is at a place, whatever is swapped. */
  #open(
    place: string,
    flags: number,
    filetype: FileType,
    known: FileStat,
    exact = false,
  ): number {
    const path = `${this.#folder.root}/${place}`;
    const fixed = this.#folder.whyFixed(place, known);
    let meant = known;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      this.#context.stop.check();
      if (meant.filetype === "link") fail("ELOOP");
      // FIFOs would block, and opening a device may have effects.
      if (meant.filetype !== filetype) fail("EACCES");
      const fd = openSame(this.#context.files, path, flags, meant);
      if (fd !== undefined) return fd;
      if (exact) fail("ESTALE");
      meant = this.stat(place);
      if (this.#folder.whyFixed(place, meant) !== fixed) fail("EAGAIN");
    }
    fail("EAGAIN");
  }

  #create(place: string, flags: number): number {
    const { files } = this.#context;
    if (parentOf(place) === "") {
      const path = this.#path(place);
      return this.#change(place, () => createExclusively(files, path, flags));
    }
    if (!this.#folder.isAnchored) return this.#createGuarded(place, flags);
    return this.#change(place, () => this.#createStaged(place, flags)) ??
      this.#createGuarded(place, flags);
  }

  /**
   * Creates a file in the root and hard-links it to its place: linking does not
   * follow a symbolic link there, opening would. `undefined` if that is
   * impossible: without hard links, on another file system, or in a read-only
   * root.
   */
  #createStaged(place: string, flags: number): number | undefined {
    try {
      return createStaged(
        this.#context.files,
        this.#folder.root,
        this.#path(place),
        flags,
      );
    } catch (error) {
      if (NO_STAGE.has(codeOf(error))) return undefined;
      throw error;
    }
  }

  /** Removes the created file if it is not at the intended place. */
  #createGuarded(place: string, flags: number): number {
    const { files } = this.#context;
    const path = `${this.#folder.root}/${place}`;
    this.#folder.check();
    let fd: number | undefined;
    let isThere = false;
    try {
      this.#guard.change(parentOf(place), () => {
        this.#folder.refuseProtected(place);
        fd = createExclusively(files, path, flags);
      });
      const made = fd ?? fail("EIO");
      isThere = isSame(this.stat(place), fs.fstatSync(made));
      return isThere ? made : fail("EIO");
    } finally {
      if (!isThere && fd !== undefined) takeBack(files, fd, path);
    }
  }

  /**
   * Refuses to move a symbolic link to where it would lead outside. Returns the
   * metadata of `from`.
   */
  #refuseOutwardLink(from: string, to: string, hold: LockHold): FileStat {
    const stat = this.stat(from);
    const { filetype } = stat;
    if (filetype === "link") {
      if (!staysInside(to, this.readLink(from))) fail("EPERM");
    }
    // Links in a directory that moves up would lead further up as well.
    if (filetype === "directory" && depthOf(to) < depthOf(from)) {
      refuseOutwardLinksIn(this, from, to, hold);
    }
    return stat;
  }

  #observe<T>(
    directory: string,
    act: () => T,
    same: (a: T, b: T) => boolean,
  ): T {
    return this.#folder.isAnchored
      ? act()
      : this.#guard.observe(directory, act, same);
  }

  #change<T>(place: string, act: () => T): T {
    if (place === "") fail("ENOTCAPABLE");
    this.#recent = undefined;
    this.#folder.check();
    const change = () => {
      this.#folder.refuseProtected(place);
      return act();
    };
    return this.#folder.isAnchored
      ? change()
      : this.#guard.change(parentOf(place), change);
  }

  #changeBoth(from: string, to: string, act: () => void): void {
    this.#change(from, () => this.#change(to, act));
  }

  #path(place: string): string {
    return this.#folder.path(place);
  }
}
