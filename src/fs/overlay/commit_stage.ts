/** The temporary files of a commit in its folder's root. */

import { codeOf, fail } from "../error_code.ts";
import type { FileStat } from "../file_stat.ts";
import type { CommitFolder } from "./commit_report.ts";
import type { Origin } from "./overlay_node.ts";
import {
  partsOf,
  type PieceReader,
  type SavedContent,
} from "./spill/saved_content.ts";

/** Size of one read or write. */
const PART_BYTES = 1024 * 1024;

/** The name of the file that says how to clean up. */
export const JOURNAL = "journal.json";

/** Files in transit, under temporary names. */
export class CommitStage {
  readonly #folder: CommitFolder;
  /** The temporary names currently in the root. */
  readonly #staged = new Set<string>();

  constructor(folder: CommitFolder) {
    this.#folder = folder;
  }

  /** A unique temporary name. */
  name(name: string): string {
    return `${this.#folder.prefix}${name}`;
  }

  /** Records that a temporary name exists. */
  add(name: string): void {
    this.#staged.add(name);
  }

  /** Records that it was moved to its final place. */
  arrived(name: string): void {
    this.#staged.delete(name);
  }

  /** Creates a file; one that replaces another is synced to disk first. */
  write(
    place: string,
    content: SavedContent,
    instead: Origin | undefined,
  ): void {
    const { tree, setMode } = this.#folder;
    const mode = { read: false, write: true, create: true, append: false };
    const file = tree.open(place, mode);
    this.#staged.add(place);
    try {
      writeAll(file, content, this.#folder.pieces);
      if (!instead) return;
      if (instead.stat.mode !== undefined) setMode(file, instead.stat.mode);
      file.sync();
    } finally {
      file.close();
    }
  }

  /** Reads a file of the tree. */
  read(place: string, stat: FileStat): Uint8Array {
    const mode = { read: true, write: false, create: false, append: false };
    const file = this.#folder.tree.open(place, mode, stat);
    try {
      const bytes = new Uint8Array(file.stat().size);
      for (let at = 0; at < bytes.length;) {
        const read = file.read(bytes.subarray(at, at + PART_BYTES), at);
        if (read === 0) fail("ESTALE");
        at += read;
      }
      return bytes;
    } finally {
      file.close();
    }
  }

  /**
   * Removes only temporary files; user files that were moved away stay, and are
   * reported.
   */
  cleanUp(moved: ReadonlySet<string>): string[] {
    const hasMoved = [...this.#staged].some((name) => moved.has(name));
    const left: string[] = [];
    for (const name of this.#staged) {
      const isJournal = name === this.name(JOURNAL);
      if (moved.has(name) || (isJournal && hasMoved)) {
        left.push(name);
        continue;
      }
      try {
        this.#folder.tree.unlink(name);
      } catch (error) {
        if (codeOf(error) === undefined) throw error;
        left.push(name);
      }
    }
    return left;
  }
}

/** Writes all bytes to an open file. */
export function writeAll(
  file: { write(from: Uint8Array, position: number): number },
  content: SavedContent,
  pieces: PieceReader,
): void {
  let end = 0;
  for (const part of partsOf(content, pieces, PART_BYTES)) {
    for (let at = 0; at < part.length;) {
      at += file.write(part.subarray(at), end + at);
    }
    end += part.length;
  }
}
