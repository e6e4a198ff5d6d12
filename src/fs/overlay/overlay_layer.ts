/** The nodes of an overlay over a lower tree, by name and by inode. */

import type { OverlayLimits } from "../../contract/system_grants.ts";
import { fail } from "../error_code.ts";
import type { FileStat } from "../file_stat.ts";
import {
  type DirectoryEntry,
  type FileSystem,
  join,
  nameOf,
  type OpenFile,
  type OpenMode,
  parentOf,
} from "../file_system.ts";
import { isSame } from "../host/host_stat.ts";
import { WriteBudget } from "../write_budget.ts";
import { OverlayFile, type OverlayFiles } from "./overlay_file.ts";
import type { OverlayContext } from "./overlay_context.ts";
import {
  type Origin,
  OverlayDirectory,
  OverlayLink,
  type OverlayNode,
  type OwnIdentity,
} from "./overlay_node.ts";
import type { Contents } from "./spill/contents.ts";
import { restoreNodes, saveNodes } from "./overlay_nodes.ts";
import type { OverlayState } from "./overlay_state.ts";

/** Opens exactly the known file, not another that has replaced it. */
const EXACTLY: OpenMode = {
  read: true,
  write: false,
  create: false,
  append: false,
  exact: true,
};

/** A node, or a place in the lower tree that is shown unchanged. */
export type Found = OverlayNode | string;

/**
 * Unchanged entries have no node: the nearest node above says where they are in
 * the lower tree.
 */
export class OverlayLayer {
  readonly root: OverlayDirectory;
  readonly room: WriteBudget;
  readonly #lower: FileSystem;
  readonly #context: OverlayContext;
  readonly #limits: OverlayLimits;
  readonly #files: OverlayFiles;
  /** Files of the lower tree that are open or changed. */
  readonly #inodes = new Map<string, OverlayFile>();
  /** Directories of the lower tree that have a node, by their place there. */
  readonly #byOrigin = new Map<string, OverlayDirectory>();
  #records = 0;
  #nextIno: number;
  #isSettled = false;

  /** @param state The earlier changes. */
  constructor(
    lower: FileSystem,
    limits: OverlayLimits,
    context: OverlayContext,
    contents: Contents,
    state: OverlayState | undefined,
    nextIno: number,
  ) {
    this.#lower = lower;
    this.#limits = limits;
    this.#context = context;
    this.room = new WriteBudget(limits.maxBytes);
    this.#files = {
      room: this.room,
      budget: context.budget,
      stop: context.stop,
      clock: context.clock,
      content: (saved) => contents.make(saved),
      openLower: (origin) => this.#openLower(origin),
      changing: (file) => {
        if (this.#isSettled) fail("ESTALE");
        this.#pin(file);
      },
      closed: (file) => this.#closed(file),
    };
    const stat = lower.stat("");
    this.#nextIno = state?.nextIno ?? nextIno;
    if (state) {
      const { root, loose } = restoreNodes(state, this.#files);
      this.root = root;
      this.#restored(root);
      for (const file of loose) this.#inodes.set(keyOf(file.identity), file);
    } else {
      this.root = this.#directory(stat, { place: "", stat });
      this.#byOrigin.set("", this.root);
    }
  }

  /** The next inode number. */
  get nextIno(): number {
    return this.#nextIno;
  }

  /** Everything that differs from the lower tree. */
  state(): OverlayState {
    return saveNodes(this.root, this.#nextIno, this.#inodes.values());
  }

  /**
   * Marks the changes as committed or dropped: open files can still be read,
   * but no longer changed.
   */
  settle(): void {
    this.#isSettled = true;
  }

  find(place: string): Found {
    let directory = this.root;
    if (place === "") return directory;
    for (let at = 0;;) {
      const slash = place.indexOf("/", at);
      const name = place.slice(at, slash === -1 ? undefined : slash);
      const node = directory.entries.get(name);
      if (node === undefined) {
        if (directory.lower === undefined || directory.hidden.has(name)) {
          fail("ENOENT");
        }
        return join(directory.lower, place.slice(at));
      }
      if (slash === -1) return node;
      directory = asDirectory(node);
      at = slash + 1;
    }
  }

  /**
   * The metadata to show for a lower file, which may have been changed under
   * another name.
   */
  shown(stat: FileStat): FileStat {
    if (this.#inodes.size === 0) return stat;
    return this.#inodes.get(keyOf(stat))?.stat() ?? stat;
  }

  entriesOf(directory: OverlayDirectory): DirectoryEntry[] {
    const { lower, entries, hidden } = directory;
    const own = [...entries]
      .map(([name, { filetype }]): DirectoryEntry => ({ name, filetype }));
    const below = lower === undefined ? [] : this.#lower.list(lower)
      .filter(({ name }) => !entries.has(name) && !hidden.has(name));
    return [...below, ...own].sort((a, b) => a.name < b.name ? -1 : 1);
  }

  /** The node of a place, created if it exists in the lower tree. */
  own(place: string): OverlayNode {
    let node: OverlayNode = this.root;
    let at = "";
    for (const name of place === "" ? [] : place.split("/")) {
      const parent = asDirectory(node);
      at = join(at, name);
      const found: Found = parent.entries.get(name) ?? this.find(at);
      node = typeof found === "string"
        ? this.#adopt(parent, name, found)
        : found;
    }
    return node;
  }

  ownDirectory(place: string): OverlayDirectory {
    return asDirectory(this.own(place));
  }

  /** A lower file that is about to be opened. */
  lowerFile(place: string, known: FileStat | undefined): OverlayFile {
    const stat = known ?? this.#lower.stat(place);
    const { filetype } = stat;
    if (filetype === "link") fail("ELOOP");
    if (filetype !== "file") fail("EACCES");
    return this.#fileOf({ place, stat });
  }

  /** Creates a file, with a name. */
  makeFile(parent: OverlayDirectory, place: string): OverlayFile {
    const file = new OverlayFile(this.#newIdentity(), undefined, this.#files);
    this.put(parent, place, file);
    file.isPinned = true;
    return file;
  }

  /** Creates a directory, without a name yet. */
  newDirectory(): OverlayDirectory {
    const directory = this.#directory(this.#newIdentity(), undefined);
    if (this.root.nlink > 1) directory.nlink = 2;
    return directory;
  }

  /** Creates a symbolic link, without a name yet. */
  newLink(target: string): OverlayLink {
    return this.#link(this.#newIdentity(), undefined, target);
  }

  put(parent: OverlayDirectory, place: string, node: OverlayNode): void {
    this.#checkRoom();
    this.name(parent, nameOf(place), node);
  }

  name(parent: OverlayDirectory, name: string, node: OverlayNode): void {
    parent.entries.set(name, node);
    this.#records++;
    const hidden = parent.hidden.get(name);
    if (hidden && isSame(hidden.stat, node.identity)) {
      // It has returned to its original place.
      parent.hidden.delete(name);
      parent.adopted.add(name);
      this.#records--;
    }
    parent.changed();
    if (node instanceof OverlayFile) node.isPinned = true;
  }

  /** Deletes what is at a place. */
  takeAway(place: string, node: OverlayNode): void {
    this.unname(place, node);
    if (node instanceof OverlayDirectory) return;
    node.named(-1);
    if (node instanceof OverlayFile) {
      // Its other hard links still show it, through its inode.
      const isGone = node.nlink === 0 && !node.isOpen;
      if (isGone) this.#inodes.delete(keyOf(node.identity));
      node.release();
    } else if (node.nlink === 0 && node.origin === undefined) {
      this.#files.room.giveBack(node.size);
    }
  }

  /** Removes a name; one from the lower tree is hidden from now on. */
  unname(place: string, node: OverlayNode): void {
    const parent = this.ownDirectory(parentOf(place));
    const name = nameOf(place);
    const isLower = parent.adopted.delete(name);
    parent.entries.delete(name);
    parent.changed();
    const directory = node instanceof OverlayDirectory ? node : undefined;
    if (directory) this.countSubdirectory(parent, -1);
    if (isLower) {
      const stat = node.origin?.stat ?? fail("EIO");
      parent.hidden.set(name, { stat, directory });
    } else this.#records--;
  }

  countSubdirectory(parent: OverlayDirectory, change: number): void {
    // Some file systems report a link count of 1 for every directory.
    if (parent.nlink > 1) parent.nlink += change;
  }

  /** Creates the node of a lower directory entry. */
  #adopt(
    parent: OverlayDirectory,
    name: string,
    place: string,
  ): OverlayNode {
    this.#checkRoom();
    const stat = this.#lower.stat(place);
    const node = this.#nodeOf({ place, stat });
    parent.entries.set(name, node);
    parent.adopted.add(name);
    this.#records++;
    if (node instanceof OverlayFile) node.isPinned = true;
    return node;
  }

  #nodeOf(origin: Origin): OverlayNode {
    const { place, stat } = origin;
    if (stat.filetype === "directory") {
      const directory = this.#directory(stat, origin);
      this.#byOrigin.set(place, directory);
      return directory;
    }
    if (stat.filetype === "link") {
      return this.#link(stat, origin, this.#lower.readLink(place));
    }
    return this.#fileOf(origin);
  }

  #directory(
    identity: OwnIdentity,
    origin: Origin | undefined,
  ): OverlayDirectory {
    return new OverlayDirectory(identity, origin, this.#context.clock);
  }

  #link(
    identity: OwnIdentity,
    origin: Origin | undefined,
    target: string,
  ): OverlayLink {
    return new OverlayLink(identity, origin, this.#context.clock, target);
  }

  #fileOf(origin: Origin): OverlayFile {
    const key = keyOf(origin.stat);
    let file = this.#inodes.get(key);
    if (file === undefined) {
      file = new OverlayFile(origin.stat, origin, this.#files);
      this.#inodes.set(key, file);
    }
    return file;
  }

  #openLower({ place, stat }: Origin): OpenFile {
    return this.#lower.open(place, EXACTLY, stat);
  }

  /** Adds an entry for a file that is about to change, if it has a name. */
  #pin(file: OverlayFile): void {
    if (file.isPinned || file.origin === undefined || file.nlink === 0) return;
    const { place } = file.origin;
    const directory = this.#ownLower(parentOf(place));
    const name = nameOf(place);
    if (!directory || directory.hidden.has(name)) return;
    if (directory.entries.has(name)) return;
    this.#checkRoom();
    directory.entries.set(name, file);
    directory.adopted.add(name);
    this.#records++;
    file.isPinned = true;
  }

  /** The node of a lower directory, wherever it has moved. */
  #ownLower(place: string): OverlayDirectory | undefined {
    const known = this.#byOrigin.get(place);
    if (known) return known;
    const parent = this.#ownLower(parentOf(place));
    const name = nameOf(place);
    if (!parent || parent.hidden.has(name)) return undefined;
    return asDirectory(this.#adopt(parent, name, place));
  }

  #closed(file: OverlayFile): void {
    if (file.isPinned || file.origin === undefined) return;
    // A file that lost a name must still be found by its other hard links.
    const isChanged = file.nlink !== file.origin.stat.nlink;
    if (!isChanged || file.nlink === 0) {
      this.#inodes.delete(keyOf(file.identity));
    }
  }

  #newIdentity(): { dev: number; ino: number } {
    return { dev: this.root.identity.dev, ino: this.#nextIno++ };
  }

  #checkRoom(): void {
    if (this.#records >= this.#limits.maxEntries) fail("ENOSPC");
  }

  /** Rebuilds the indices from a restored state. */
  #restored(root: OverlayDirectory): void {
    const directories = [root];
    for (const directory of directories) {
      const { origin, entries, hidden } = directory;
      if (origin) this.#byOrigin.set(origin.place, directory);
      this.#records += entries.size + hidden.size;
      for (const node of entries.values()) {
        if (node instanceof OverlayDirectory) directories.push(node);
        if (!(node instanceof OverlayFile)) continue;
        node.isPinned = true;
        if (node.origin) this.#inodes.set(keyOf(node.identity), node);
      }
    }
  }
}

/** Checks that a node is a directory. */
export function asDirectory(node: OverlayNode): OverlayDirectory {
  if (node instanceof OverlayDirectory) return node;
  fail(node instanceof OverlayLink ? "ELOOP" : "ENOTDIR");
}

/** Checks that a node is a file. */
export function asFile(node: OverlayNode): OverlayFile {
  if (node instanceof OverlayFile) return node;
  fail(node instanceof OverlayDirectory ? "EISDIR" : "ELOOP");
}

function keyOf({ dev, ino }: { dev: number; ino: number }): string {
  return `${dev}:${ino}`;
}
