/**
 * Saves and restores a memory's contents. Writes are not tracked: every byte is
 * compared, which is faster than writing it.
 */

import { IMAGE_PAGE_BYTES, PAGE_BYTES } from "../../contract/page_bytes.ts";
import type { MemoryImage } from "../../contract/state_image.ts";

const WORDS = IMAGE_PAGE_BYTES / 4;

/** The maximum size of a memory whose length fits in 32 bits. */
const MAX_PAGES = 65_535;

/**
 * Saves a memory's contents; a memory above 4 GiB can't be saved.
 *
 * @param into The memory to overwrite, as released memories are collected late.
 * It grows if needed.
 */
export function takeMemory(
  memory: WebAssembly.Memory,
  into?: WebAssembly.Memory,
): MemoryImage {
  const pages = memory.buffer.byteLength / PAGE_BYTES;
  const contents = into ?? imageMemory(pages, pages);
  const missing = pages - contents.buffer.byteLength / PAGE_BYTES;
  if (missing > 0) contents.grow(missing);
  const from = new Uint8Array(memory.buffer);
  const to = new Uint8Array(contents.buffer);
  const runs = nonzeroRuns(new Int32Array(memory.buffer));
  for (let i = 0; i < runs.length; i += 2) {
    const start = runs[i]! * IMAGE_PAGE_BYTES;
    const end = start + runs[i + 1]! * IMAGE_PAGE_BYTES;
    to.set(from.subarray(start, end), start);
  }
  return { contents, pages, runs };
}

/** A memory that is reused for successive images of one memory. */
export function reusedImageMemory(): WebAssembly.Memory {
  return imageMemory(0, MAX_PAGES);
}

function imageMemory(initial: number, maximum: number): WebAssembly.Memory {
  return new WebAssembly.Memory({
    initial,
    maximum: Math.max(maximum, 1),
    shared: true,
  });
}

function nonzeroRuns(words: Int32Array): Uint32Array {
  const runs: number[] = [];
  const pages = words.length / WORDS;
  let first = -1;
  for (let page = 0; page <= pages; page++) {
    const isZero = page === pages || isZeroPage(words, page * WORDS);
    if (!isZero && first < 0) first = page;
    if (isZero && first >= 0) {
      runs.push(first, page - first);
      first = -1;
    }
  }
  return Uint32Array.from(runs);
}

function isZeroPage(words: Int32Array, start: number): boolean {
  for (let i = start; i < start + WORDS; i++) if (words[i] !== 0) return false;
  return true;
}

interface Copier {
  copy(place: number, bytes: number): void;
  clear(place: number, bytes: number): void;
}

/** Restores one memory, any number of times. */
export class MemoryRestorer {
  readonly #memory: WebAssembly.Memory;
  readonly #image: MemoryImage;
  readonly #copier: Copier;

  /** @param copier The module of `src/prepare/image_copier.ts`. */
  constructor(
    memory: WebAssembly.Memory,
    image: MemoryImage,
    copier: WebAssembly.Module,
  ) {
    this.#memory = memory;
    this.#image = image;
    const imports = { memory: { guest: memory, image: image.contents } };
    const { exports } = new WebAssembly.Instance(copier, imports);
    this.#copier = exports as unknown as Copier;
  }

  /** Whether the memory still has the saved size: it can only grow. */
  get fits(): boolean {
    return this.#memory.buffer.byteLength === this.#image.pages * PAGE_BYTES;
  }

  /** Restores every byte of the memory. */
  restore(): void {
    const { runs, pages } = this.#image;
    let at = 0;
    for (let i = 0; i < runs.length; i += 2) {
      const start = runs[i]! * IMAGE_PAGE_BYTES;
      const bytes = runs[i + 1]! * IMAGE_PAGE_BYTES;
      if (start > at) this.#copier.clear(at, start - at);
      this.#copier.copy(start, bytes);
      at = start + bytes;
    }
    const end = pages * PAGE_BYTES;
    if (end > at) this.#copier.clear(at, end - at);
  }
}
