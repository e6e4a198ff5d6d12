/** The pages of an overlay's files: some in memory, the others on the disk. */

import { codeOf } from "../../error_code.ts";
import type { SpilledPiece } from "./saved_content.ts";
import type { SpillFiles } from "./spill_files.ts";

/** A page of a file: in memory, on the disk, or the same in both. */
export interface Page {
  bytes: Uint8Array | undefined;
  piece: SpilledPiece | undefined;
}

/** What of an overlay is in memory, up to a limit and one page more. */
export class Pages {
  readonly #files: SpillFiles;
  readonly #limit: number;
  /** Those in memory, the one that was used least lately first. */
  readonly #resident = new Set<Page>();
  #held = 0;

  /** @param limit The bytes that may be in memory. */
  constructor(files: SpillFiles, limit: number) {
    this.#files = files;
    this.#limit = limit;
  }

  /** A page that is in memory from the start. */
  made(bytes: Uint8Array): Page {
    const page: Page = { bytes: undefined, piece: undefined };
    this.#hold(page, bytes);
    return page;
  }

  /** What is in a page, to read. */
  bytesOf(page: Page): Uint8Array {
    if (page.bytes) {
      this.#touch(page);
      return page.bytes;
    }
    const bytes = this.#files.read(page.piece!);
    try {
      this.#hold(page, bytes);
    } catch (error) {
      // What can be read is read, though nothing else can make room for it.
      if (codeOf(error) === undefined) throw error;
    }
    return bytes;
  }

  /** Has other bytes in a page from now on, or the same ones changed. */
  change(page: Page, bytes: Uint8Array): void {
    if (page.bytes !== bytes) {
      this.#makeRoom(bytes.length - (page.bytes?.length ?? 0));
      // Nothing fails from here on: else what was there would be lost.
      this.#release(page);
      this.#keep(page, bytes);
    } else this.#touch(page);
    this.#unspill(page);
  }

  /** Forgets a page. */
  drop(page: Page): void {
    this.#release(page);
    this.#unspill(page);
  }

  /** A page as it is saved: a copy of what is in memory alone. */
  saved({ bytes, piece }: Page): Uint8Array | SpilledPiece {
    return piece ?? bytes!.slice();
  }

  /** Ends the file that is written, as a state names it among others. */
  seal(named: ReadonlySet<string>): void {
    this.#files.seal(named);
  }

  close(): void {
    this.#files.close();
  }

  #hold(page: Page, bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#keep(page, bytes);
  }

  #keep(page: Page, bytes: Uint8Array): void {
    page.bytes = bytes;
    this.#resident.add(page);
    this.#held += bytes.length;
  }

  #touch(page: Page): void {
    this.#resident.delete(page);
    this.#resident.add(page);
  }

  #release(page: Page): void {
    if (!this.#resident.delete(page)) return;
    this.#held -= page.bytes?.length ?? 0;
    page.bytes = undefined;
  }

  #unspill(page: Page): void {
    if (page.piece) this.#files.forget(page.piece);
    page.piece = undefined;
  }

  #makeRoom(bytes: number): void {
    for (const page of this.#resident) {
      if (this.#held + bytes <= this.#limit) return;
      page.piece ??= this.#files.write(page.bytes!);
      this.#release(page);
    }
  }
}
