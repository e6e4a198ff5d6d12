/** The pages of an overlay's files: some in memory, the others on disk. */

import { codeOf } from "../../error_code.ts";
import type { SpilledPiece } from "./saved_content.ts";
import type { SpillFiles } from "./spill_files.ts";

/** A page of a file: in memory, on disk, or identical in both. */
export interface Page {
  bytes: Uint8Array | undefined;
  piece: SpilledPiece | undefined;
}

/** Keeps pages in memory up to a limit plus one page. */
export class Pages {
  readonly #files: SpillFiles;
  readonly #limit: number;
  /** The pages in memory, least recently used first. */
  readonly #resident = new Set<Page>();
  #held = 0;

  /** @param limit The memory limit in bytes. */
  constructor(files: SpillFiles, limit: number) {
    this.#files = files;
    this.#limit = limit;
  }

  /** Creates a page in memory. */
  made(bytes: Uint8Array): Page {
    const page: Page = { bytes: undefined, piece: undefined };
    this.#hold(page, bytes);
    return page;
  }

  /** The bytes of a page, for reading. */
  bytesOf(page: Page): Uint8Array {
    if (page.bytes) {
      this.#touch(page);
      return page.bytes;
    }
    const bytes = this.#files.read(page.piece!);
    try {
      this.#hold(page, bytes);
    } catch (error) {
      // The page is still returned if no other page can be evicted.
      if (codeOf(error) === undefined) throw error;
    }
    return bytes;
  }

  /** Replaces the bytes of a page, or records that they changed. */
  change(page: Page, bytes: Uint8Array): void {
    if (page.bytes !== bytes) {
      this.#makeRoom(bytes.length - (page.bytes?.length ?? 0));
      // Nothing may fail from here on, or the previous bytes would be lost.
      this.#release(page);
      this.#keep(page, bytes);
    } else this.#touch(page);
    this.#unspill(page);
  }

  /** Drops a page. */
  drop(page: Page): void {
    this.#release(page);
    this.#unspill(page);
  }

  /** The saved form of a page: a copy if it is only in memory. */
  saved({ bytes, piece }: Page): Uint8Array | SpilledPiece {
    return piece ?? bytes!.slice();
  }

  /** Seals the current spill file, as a state refers to it. */
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
