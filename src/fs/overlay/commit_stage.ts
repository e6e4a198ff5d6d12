/** What a commit keeps in its folder's root meanwhile. */

import { codeOf, fail } from "../error_code.ts";
import type { FileStat } from "../file_stat.ts";
import type { CommitFolder } from "./commit_report.ts";
import type { Origin } from "./overlay_node.ts";
import {
  partsOf,
  type PieceReader,
  type SavedContent,
} from "./spill/saved_content.ts";

/** The most bytes that are written or read at once. */
const PART_BYTES = 1024 * 1024;

/** The name of what says how to clean up. */
export const JOURNAL = "journal.json";

/** Files that are on their way, by names of the sandbox's own. */
export class CommitStage {
  readonly #folder: CommitFolder;
  /** Names in the root that stand for what is on its way. */
  readonly #staged = new Set<string>();

  constructor(folder: CommitFolder) {
    this.#folder = folder;
  }

  /** A name of the sandbox's own. */
  name(name: string): string {
    return `${this.#folder.prefix}${name}`;
  }

  /** Says that something has a name in the root by now. */
  add(name: string): void {
    this.#staged.add(name);
  }

  /** Says that it is where it belongs. */
  arrived(name: string): void {
    this.#staged.delete(name);
  }

  /** Makes a file; one that takes another's place is on the disk by then. */
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

  /** Reads a whole file of the tree. */
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

  /** Only what is nobody's: what was moved away stays, and is named. */
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

/** Writes a whole file that is open. */
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
