/** The content of a file in pages, some of which are in the spill folder. */

import type { Page, Pages } from "./pages.ts";
import {
  PAGE_BYTES,
  type PagedBytes,
  type SavedContent,
} from "./saved_content.ts";

/** Resizable bytes; unwritten ranges have no page. */
export class PagedContent {
  readonly #all: Pages;
  /** Each may be shorter than its range of the file; the rest is zeros. */
  readonly #pages: (Page | undefined)[] = [];
  #size = 0;

  constructor(all: Pages, given?: SavedContent) {
    this.#all = all;
    if (given instanceof Uint8Array) this.write(given, 0);
    else if (given) this.#restore(given);
  }

  get size(): number {
    return this.#size;
  }

  /** Reads at `position`; returns fewer bytes at the end. */
  read(into: Uint8Array, position: number): number {
    const end = Math.min(this.#size, position + into.length);
    for (let at = position; at < end;) {
      const start = at % PAGE_BYTES;
      const stop = Math.min(PAGE_BYTES, start + end - at);
      const page = this.#pages[(at - start) / PAGE_BYTES];
      const held = page && this.#all.bytesOf(page).subarray(start, stop);
      const part = into.subarray(at - position, at - position + stop - start);
      if (held) part.set(held);
      part.fill(0, held?.length ?? 0);
      at += stop - start;
    }
    return Math.max(0, end - position);
  }

  /** Writes at `position`; a gap after the end is filled with zeros. */
  write(from: Uint8Array, position: number): void {
    const end = position + from.length;
    for (let at = position; at < end;) {
      const start = at % PAGE_BYTES;
      const stop = Math.min(PAGE_BYTES, start + end - at);
      const part = from.subarray(at - position, at - position + stop - start);
      this.#writePage((at - start) / PAGE_BYTES, start, part);
      at += stop - start;
      // Bytes written so far count even if the next page does not fit.
      this.#size = Math.max(this.#size, at);
    }
  }

  setSize(size: number): void {
    if (size < this.#size) this.#cut(size);
    this.#size = size;
  }

  /** The saved form of all pages. */
  save(): PagedBytes {
    const pages = Array.from(
      this.#pages,
      (page) => page ? this.#all.saved(page) : null,
    );
    return { size: this.#size, pages };
  }

  /** A copy of all bytes. */
  copy(): Uint8Array {
    const bytes = new Uint8Array(this.#size);
    this.read(bytes, 0);
    return bytes;
  }

  #restore({ size, pages }: PagedBytes): void {
    this.#size = size;
    for (const page of pages) {
      if (page === null) this.#pages.push(undefined);
      else if (page instanceof Uint8Array) {
        this.#pages.push(this.#all.made(page.slice()));
      } else this.#pages.push({ bytes: undefined, piece: page });
    }
  }

  #writePage(index: number, start: number, part: Uint8Array): void {
    const stop = start + part.length;
    while (this.#pages.length < index) this.#pages.push(undefined);
    const page = this.#pages[index];
    if (!page) {
      const bytes = new Uint8Array(stop);
      bytes.set(part, start);
      this.#pages[index] = this.#all.made(bytes);
      return;
    }
    const held = this.#all.bytesOf(page);
    const bytes = held.length >= stop ? held : grown(held, stop);
    bytes.set(part, start);
    this.#all.change(page, bytes);
  }

  #cut(size: number): void {
    const index = Math.floor(size / PAGE_BYTES);
    const rest = size % PAGE_BYTES;
    for (const page of this.#pages.splice(index + (rest > 0 ? 1 : 0))) {
      if (page) this.#all.drop(page);
    }
    const last = rest > 0 ? this.#pages[index] : undefined;
    if (!last) return;
    const held = this.#all.bytesOf(last);
    if (held.length > rest) this.#all.change(last, held.slice(0, rest));
  }
}

/** Small appends must not copy everything each time. */
function grown(held: Uint8Array, length: number): Uint8Array {
  const room = Math.min(PAGE_BYTES, Math.max(length, held.length * 2));
  const bytes = new Uint8Array(room);
  bytes.set(held);
  return bytes;
}
