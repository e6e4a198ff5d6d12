/** An in-memory file system. */

import type { FileStat } from "../file_stat.ts";
import { fail, FileSystemError } from "../error_code.ts";
import { ExecutionFailed } from "../../errors.ts";
import {
  DirectoryNode,
  FileNode,
  fileOf,
  LinkNode,
  MemoryFile,
  type MemoryNode,
} from "./memory_node.ts";
import {
  type DirectoryEntry,
  type FileSystem,
  nameOf,
  type NewTimes,
  type OpenFile,
  type OpenMode,
  parentOf,
} from "../file_system.ts";
import { type FileClock, realFileClock } from "../file_clock.ts";
import type { EntryBudget } from "../entry_budget.ts";
import { WriteBudget } from "../write_budget.ts";

/** The maximum number of files, directories and links in a tree. */
const MAX_NODES = 16_384;
/**
 * The longest place, in UTF-16 code units: together with the node limit it
 * bounds the total size of all places, and the depth of the tree.
 */
const PLACE_MAX = 1024;
/** The longest name, in UTF-16 code units. */
const NAME_MAX = 255;

/** How a directory differs from the files put into it. */
export interface FileChanges {
  /** Files that were created or changed, by path. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Paths of files that were put in and no longer exist. */
  readonly removed: readonly string[];
}

/** An in-memory directory that is discarded with the guest. */
export class MemoryFileSystem implements FileSystem {
  readonly writable = true;
  readonly #root: DirectoryNode;
  readonly #budget: WriteBudget;
  readonly #entries: EntryBudget;
  readonly #maxBytes: number;
  #nodes = 1;
  /** The places of the files that were put in. */
  readonly #given = new Set<string>();
  readonly #clock: FileClock;
  #lastIno: number;

  /**
   * @param files The initial files, by path; the bytes are copied on write.
   * @param maxBytes The total size limit of its files and links, in bytes.
   * @param entries The budget of entries that the guest may create.
   * @param options The inode number of its root, 1 by default, and the clock.
   */
  constructor(
    files: Readonly<Record<string, Uint8Array>>,
    maxBytes: number,
    entries: EntryBudget,
    options: { readonly firstIno?: number; readonly clock?: FileClock } = {},
  ) {
    this.#clock = options.clock ?? realFileClock;
    this.#lastIno = options.firstIno ?? 1;
    this.#root = new DirectoryNode(this.#lastIno, this.#clock);
    this.#budget = new WriteBudget(maxBytes);
    this.#entries = entries;
    this.#maxBytes = maxBytes;
    this.addFiles(files);
  }

  /**
   * Adds files, replacing those with the same name.
   *
   * @param files The files by path; the bytes are copied on write.
   * @throws {ExecutionFailed} when they do not fit.
   */
  addFiles(files: Readonly<Record<string, Uint8Array>>): void {
    for (const [path, bytes] of Object.entries(files)) {
      try {
        this.#addFile(path.split("/").filter((name) => name !== ""), bytes);
      } catch (error) {
        if (!(error instanceof FileSystemError)) throw error;
        throw new ExecutionFailed(
          `Cannot put ${JSON.stringify(path)} (${bytes.length} bytes) into a ` +
            `memory directory of ${this.#maxBytes} bytes: ${error.message}`,
        );
      }
    }
  }

  /** Copies of all files, by path. */
  files(): Record<string, Uint8Array> {
    return this.#collect(() => true);
  }

  /**
   * Copies of the files that differ from `base`, and the paths of `base` that
   * are no longer files.
   *
   * @param base The unchanged initial files, by path.
   */
  differences(base: Readonly<Record<string, Uint8Array>>): FileChanges {
    const seen = new Set<string>();
    const files = this.#collect((node, path) => {
      seen.add(path);
      const bytes = Object.hasOwn(base, path) ? base[path] : undefined;
      return !bytes || !node.isAsGiven(path) || !node.holds(bytes);
    });
    const removed = Object.keys(base).filter((path) => !seen.has(path));
    return { files, removed };
  }

  /**
   * Copies of the created or changed files, and the paths of those put in that
   * are no longer files.
   */
  changes(): FileChanges {
    const removed = new Set(this.#given);
    const files = this.#collect((node, path) => {
      removed.delete(path);
      return !node.isAsGiven(path);
    });
    return { files, removed: [...removed] };
  }

  #collect(
    isWanted: (node: FileNode, path: string) => boolean,
  ): Record<string, Uint8Array> {
    const files: Record<string, Uint8Array> = Object.create(null);
    const collect = (directory: DirectoryNode, prefix: string): void => {
      for (const [name, node] of directory.entries) {
        const path = prefix + name;
        if (node instanceof DirectoryNode) collect(node, `${path}/`);
        if (node instanceof FileNode && isWanted(node, path)) {
          files[path] = node.content();
        }
      }
    };
    collect(this.#root, "");
    return files;
  }

  stat(place: string): FileStat {
    return this.#node(place).stat();
  }

  readLink(place: string): string {
    const node = this.#node(place);
    if (!(node instanceof LinkNode)) fail("EINVAL");
    return node.target;
  }

  list(place: string): DirectoryEntry[] {
    return [...this.#directory(place).entries]
      .map(([name, { filetype }]) => ({ name, filetype }))
      .sort((a, b) => a.name < b.name ? -1 : 1);
  }

  open(place: string, mode: OpenMode): OpenFile {
    if (!mode.create) return new MemoryFile(fileOf(this.#node(place)));
    const make = () => new FileNode(++this.#lastIno, this.#clock, this.#budget);
    return new MemoryFile(this.#make(place, make));
  }

  makeDirectory(place: string): void {
    this.#make(place, () => new DirectoryNode(++this.#lastIno, this.#clock));
  }

  removeDirectory(place: string): void {
    const node = this.#node(place);
    if (!(node instanceof DirectoryNode)) fail("ENOTDIR");
    if (node.entries.size > 0) fail("ENOTEMPTY");
    this.#remove(place);
  }

  unlink(place: string): void {
    if (this.#node(place) instanceof DirectoryNode) fail("EISDIR");
    this.#remove(place);
  }

  rename(from: string, to: string): void {
    const node = this.#node(from);
    if (from === to) return;
    const target = this.#directory(parentOf(to)).entries.get(nameOf(to));
    if (from === "" || to === "" || to.startsWith(`${from}/`)) {
      fail("EINVAL");
    }
    if (from.startsWith(`${to}/`)) fail("ENOTEMPTY");
    if (target === node) return;
    checkLength(to, depthOf(node));
    const old = this.#directory(parentOf(from));
    const directory = this.#directory(parentOf(to));
    if (target !== undefined) this.#replace(node, target, to);
    // Nothing can fail from here on.
    directory.entries.set(nameOf(to), node);
    old.entries.delete(nameOf(from));
    directory.changed();
    old.changed();
  }

  link(from: string, to: string): void {
    const node = this.#node(from);
    if (node instanceof DirectoryNode) fail("EPERM");
    this.#make(to, () => {
      node.linked();
      return node;
    });
  }

  symlink(target: string, place: string): void {
    const make = () =>
      new LinkNode(++this.#lastIno, this.#clock, target, this.#budget);
    this.#make(place, make);
  }

  setTimes(place: string, times: NewTimes): void {
    this.#node(place).setTimes(times);
  }

  #addFile(names: string[], bytes: Uint8Array): void {
    const long = names.join("/").length > PLACE_MAX;
    if (names.length === 0 || names.some(isDots) || long) fail("EINVAL");
    let directory = this.#root;
    for (const name of names.slice(0, -1)) {
      let next = directory.entries.get(name);
      if (next === undefined) {
        next = new DirectoryNode(++this.#lastIno, this.#clock);
        directory.entries.set(name, next);
        this.#nodes++;
      }
      if (!(next instanceof DirectoryNode)) fail("ENOTDIR");
      directory = next;
    }
    const name = names.at(-1) ?? "";
    const old = directory.entries.get(name);
    if (old instanceof DirectoryNode) fail("EISDIR");
    if (old) {
      directory.entries.delete(name);
      this.#nodes--;
      old.unlinked();
    }
    if (this.#nodes >= MAX_NODES) fail("ENOSPC");
    const given = { path: names.join("/"), bytes };
    this.#given.add(given.path);
    const node = new FileNode(
      ++this.#lastIno,
      this.#clock,
      this.#budget,
      given,
    );
    directory.entries.set(name, node);
    this.#nodes++;
  }

  /** Checks that a rename may replace `target`, and removes it. */
  #replace(node: MemoryNode, target: MemoryNode, place: string): void {
    if (target instanceof DirectoryNode) {
      if (!(node instanceof DirectoryNode)) fail("EISDIR");
      if (target.entries.size > 0) fail("ENOTEMPTY");
    } else if (node instanceof DirectoryNode) fail("ENOTDIR");
    this.#remove(place);
  }

  #node(place: string): MemoryNode {
    if (place === "") return this.#root;
    const node = this.#directory(parentOf(place)).entries.get(nameOf(place));
    return node ?? fail("ENOENT");
  }

  #directory(place: string): DirectoryNode {
    let directory = this.#root;
    if (place === "") return directory;
    for (const name of place.split("/")) {
      const node = directory.entries.get(name) ?? fail("ENOENT");
      if (node instanceof LinkNode) fail("ELOOP");
      if (!(node instanceof DirectoryNode)) fail("ENOTDIR");
      directory = node;
    }
    return directory;
  }

  /** Creates a node at a place, once all other checks have passed. */
  #make<T extends MemoryNode>(place: string, make: () => T): T {
    checkLength(place);
    const directory = this.#directory(parentOf(place));
    const name = nameOf(place);
    if (place === "" || directory.entries.has(name)) fail("EEXIST");
    if (this.#nodes >= MAX_NODES) fail("ENOSPC");
    const node = this.#entries.make(make);
    directory.entries.set(name, node);
    directory.changed();
    this.#nodes++;
    return node;
  }

  #remove(place: string): void {
    if (place === "") fail("ENOTCAPABLE");
    const directory = this.#directory(parentOf(place));
    const node = directory.entries.get(nameOf(place)) ?? fail("ENOENT");
    directory.entries.delete(nameOf(place));
    directory.changed();
    this.#nodes--;
    this.#entries.removed();
    if (!(node instanceof DirectoryNode)) node.unlinked();
  }
}

/** Fails for a name or a place that is too long, with `more` below it. */
function checkLength(place: string, more = 0): void {
  if (nameOf(place).length > NAME_MAX) fail("ENAMETOOLONG");
  if (place.length + more > PLACE_MAX) fail("ENAMETOOLONG");
}

function isDots(name: string): boolean {
  return name === "." || name === "..";
}

/** How much longer the longest place below a node is than the node's own. */
function depthOf(node: MemoryNode): number {
  if (!(node instanceof DirectoryNode)) return 0;
  let deepest = 0;
  for (const [name, child] of node.entries) {
    deepest = Math.max(deepest, 1 + name.length + depthOf(child));
  }
  return deepest;
}
