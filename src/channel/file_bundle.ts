/**
 * Encodes files by directory and path.
 *
 * ```text
 *   ┌─────────────┬─────────────────────────────┬────────────────┐
 *   │ u32: length │ JSON: [[directory, path,    │ the files, one │
 *   │ of the JSON │ bytes], …]                  │ after another  │
 *   └─────────────┴─────────────────────────────┴────────────────┘
 * ```
 *
 * Paths and contents are untrusted; the reader validates everything.
 */

import { copyBytes } from "../pieces/collect_bytes.ts";
import { parseJson, UnusableJson } from "../pieces/parse_json.ts";
import { TimeSlice } from "../pieces/time_slice.ts";

/** File contents by directory and by path below it. */
export type FilesByDirectory = Readonly<
  Record<string, Readonly<Record<string, Uint8Array>>>
>;

const LENGTH_BYTES = 4;
/** Prefix of overlay entries; no directory has such a name. */
const OVERLAY = "overlay:";
const REMOVED = "removed:";
const NO_BYTES: Uint8Array = new Uint8Array();

/** Converts overlays to entries of a bundle, one special file each. */
export function bundledOverlays(
  states: Readonly<Record<string, Uint8Array>>,
): FilesByDirectory {
  return Object.fromEntries(
    Object.entries(states).map(([guest, state]) => [
      OVERLAY + guest,
      { state },
    ]),
  );
}

/** Extracts the overlays from a decoded bundle. */
export function takeOverlays(
  files: Record<string, Record<string, Uint8Array>>,
): Record<string, Uint8Array> {
  const states: Record<string, Uint8Array> = {};
  for (const [key, { state }] of Object.entries(files)) {
    if (!key.startsWith(OVERLAY)) continue;
    delete files[key];
    if (state) states[key.slice(OVERLAY.length)] = state;
  }
  return states;
}

/** Converts removed paths to entries of a bundle. */
export function bundledRemovals(paths: readonly string[]): FilesByDirectory {
  const entries = paths.map((path) => [path, NO_BYTES] as const);
  return paths.length > 0 ? { [REMOVED]: Object.fromEntries(entries) } : {};
}

/** Extracts the removed paths from a decoded bundle. */
export function takeRemovals(
  files: Record<string, Record<string, Uint8Array>>,
): string[] {
  if (!Object.hasOwn(files, REMOVED)) return [];
  const paths = Object.keys(files[REMOVED]!);
  delete files[REMOVED];
  return paths;
}

/** Encodes files; no bytes if there are none. */
export function encodeFileBundle(files: FilesByDirectory): Uint8Array {
  const entries = Object.entries(files).flatMap(([directory, inside]) =>
    Object.entries(inside).map(([path, bytes]) => ({ directory, path, bytes }))
  );
  if (entries.length === 0) return NO_BYTES;
  const index = new TextEncoder().encode(JSON.stringify(
    entries.map((
      { directory, path, bytes },
    ) => [directory, path, bytes.length]),
  ));
  const contents = entries.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const bundle = new Uint8Array(LENGTH_BYTES + index.length + contents);
  new DataView(bundle.buffer).setUint32(0, index.length, true);
  bundle.set(index, LENGTH_BYTES);
  let at = LENGTH_BYTES + index.length;
  for (const { bytes } of entries) {
    bundle.set(bytes, at);
    at += bytes.length;
  }
  return bundle;
}

/** Decodes files; undefined if the bytes are invalid. */
export function decodeFileBundle(
  bundle: Uint8Array,
): Record<string, Record<string, Uint8Array>> | undefined {
  const parts = bundleParts(bundle);
  if (!parts) return undefined;
  const reader = new FileReader(parts.contents);
  try {
    const text = new TextDecoder("utf-8", { ignoreBOM: true })
      .decode(parts.index);
    for (const entry of listed(JSON.parse(text))) {
      const contents = reader.next(entry);
      if (!contents) return undefined;
      reader.keep(entry as Entry, contents.slice());
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
  return reader.files;
}

/**
 * The same for a guest's files, yielding to the event loop if they are many or
 * large.
 */
export async function decodeGuestFiles(
  bundle: Uint8Array,
): Promise<Record<string, Record<string, Uint8Array>> | undefined> {
  const parts = bundleParts(bundle);
  if (!parts) return undefined;
  const slice = new TimeSlice();
  const reader = new FileReader(parts.contents);
  try {
    for (const entry of listed(await parseJson(parts.index))) {
      if (slice.isOver) await slice.rest();
      const contents = reader.next(entry);
      if (!contents) return undefined;
      reader.keep(entry as Entry, await copyBytes(contents, slice));
    }
  } catch (error) {
    if (!(error instanceof UnusableJson || error instanceof SyntaxError)) {
      throw error;
    }
    return undefined;
  }
  return reader.files;
}

interface BundleParts {
  readonly index: Uint8Array;
  readonly contents: Uint8Array;
}

function bundleParts(bundle: Uint8Array): BundleParts | undefined {
  if (bundle.length < LENGTH_BYTES) return undefined;
  const indexBytes = new DataView(bundle.buffer, bundle.byteOffset)
    .getUint32(0, true);
  const end = LENGTH_BYTES + indexBytes;
  if (end > bundle.length) return undefined;
  return {
    index: bundle.subarray(LENGTH_BYTES, end),
    contents: bundle.subarray(end),
  };
}

function listed(index: unknown): readonly unknown[] {
  if (!Array.isArray(index)) throw new SyntaxError("The index is not a list");
  return index;
}

type Entry = readonly [directory: string, path: string, length: number];

/** Takes one file after another. */
class FileReader {
  readonly files: Record<string, Record<string, Uint8Array>> = Object.create(
    null,
  );
  readonly #contents: Uint8Array;
  #at = 0;

  constructor(contents: Uint8Array) {
    this.#contents = contents;
  }

  /** The bytes of the next entry; undefined if it is invalid or too long. */
  next(entry: unknown): Uint8Array | undefined {
    if (!isEntry(entry)) return undefined;
    const [, , length] = entry;
    if (length > this.#contents.length - this.#at) return undefined;
    return this.#contents.subarray(this.#at, this.#at += length);
  }

  keep([directory, path]: Entry, contents: Uint8Array): void {
    this.files[directory] ??= Object.create(null) as Record<string, Uint8Array>;
    this.files[directory][path] = contents;
  }
}

function isEntry(value: unknown): value is Entry {
  if (!Array.isArray(value)) return false;
  const [directory, path, length] = value;
  return typeof directory === "string" && typeof path === "string" &&
    Number.isSafeInteger(length) && length >= 0;
}
