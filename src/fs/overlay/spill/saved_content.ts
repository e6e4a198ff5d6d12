/** The saved form of a changed file's content. */

/** The page size: bytes of a file moved to the spill folder at a time. */
export const PAGE_BYTES = 65_536;

/** A range of a spill file. */
export interface SpilledPiece {
  /** The name of the spill file. */
  readonly file: string;
  readonly at: number;
  readonly length: number;
  /** A checksum of it. */
  readonly sum: number;
}

/** A file as pages: bytes, a spilled range, or null for zeros. */
export interface PagedBytes {
  readonly size: number;
  /** Each may be shorter than its range of the file; the rest is zeros. */
  readonly pages: readonly (Uint8Array | SpilledPiece | null)[];
}

/** All bytes of a file, or its pages. */
export type SavedContent = Uint8Array | PagedBytes;

/** Reads spilled pieces. */
export interface PieceReader {
  /** Fails with EIO if it is missing or was modified. */
  read(piece: SpilledPiece): Uint8Array;
}

/** The size of a file in bytes. */
export function sizeOf(content: SavedContent): number {
  return content instanceof Uint8Array ? content.length : content.size;
}

/** The bytes of a file in order, a part at a time. */
export function* partsOf(
  content: SavedContent,
  pieces: PieceReader,
  most: number = 1024 * 1024,
): Generator<Uint8Array> {
  if (content instanceof Uint8Array) {
    for (let at = 0; at < content.length; at += most) {
      yield content.subarray(at, at + most);
    }
    return;
  }
  const { size, pages } = content;
  for (let at = 0; at < size; at += PAGE_BYTES) {
    const page = pages[at / PAGE_BYTES] ?? new Uint8Array();
    const bytes = page instanceof Uint8Array ? page : pieces.read(page);
    const length = Math.min(PAGE_BYTES, size - at);
    if (bytes.length >= length) yield bytes.subarray(0, length);
    else {
      const padded = new Uint8Array(length);
      padded.set(bytes);
      yield padded;
    }
  }
}

/** All bytes of a file in one array. */
export function wholeOf(
  content: SavedContent,
  pieces: PieceReader,
): Uint8Array {
  if (content instanceof Uint8Array) return content;
  const bytes = new Uint8Array(content.size);
  let at = 0;
  for (const part of partsOf(content, pieces)) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The names of the spill files that a content refers to. */
export function spillFilesOf(content: SavedContent | undefined): string[] {
  if (content === undefined || content instanceof Uint8Array) return [];
  return content.pages.flatMap((page) =>
    page === null || page instanceof Uint8Array ? [] : [page.file]
  );
}

/** Validates a content from a worker, which is untrusted. */
export function isSavedContent(value: unknown): value is SavedContent {
  if (value instanceof Uint8Array) return true;
  const { size, pages } = (value ?? {}) as Partial<PagedBytes>;
  return isCount(size) && Array.isArray(pages) &&
    pages.length <= Math.ceil(size / PAGE_BYTES) && pages.every(isPage);
}

/** The names of spill files. */
export const SPILL_FILE: RegExp = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function isPage(value: unknown): boolean {
  if (value === null) return true;
  if (value instanceof Uint8Array) return value.length <= PAGE_BYTES;
  const { file, at, length, sum } = (value ?? {}) as Partial<SpilledPiece>;
  return typeof file === "string" && SPILL_FILE.test(file) && isCount(at) &&
    isCount(length) && length <= PAGE_BYTES && isCount(sum);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
