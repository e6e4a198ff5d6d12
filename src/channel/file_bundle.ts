/**
 * Files by directory and path, as one run of bytes.
 *
 * ```text
 *   ┌─────────────┬─────────────────────────────┬────────────────┐
 *   │ u32: length │ JSON: [[directory, path,    │ the files, one │
 *   │ of the JSON │ bytes], …]                  │ after another  │
 *   └─────────────┴─────────────────────────────┴────────────────┘
 * ```
 *
 * Paths and contents are the guest's; the reader takes nothing for granted.
 */

/** File contents by directory and by path below it. */
export type FilesByDirectory = Readonly<
  Record<string, Readonly<Record<string, Uint8Array>>>
>;

const LENGTH_BYTES = 4;

/** Turns files into bytes. */
export function encodeFileBundle(files: FilesByDirectory): Uint8Array {
  const entries = Object.entries(files).flatMap(([directory, inside]) =>
    Object.entries(inside).map(([path, bytes]) => ({ directory, path, bytes }))
  );
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

/** Reads files; undefined when the bytes are no bundle. */
export function decodeFileBundle(
  bundle: Uint8Array,
): Record<string, Record<string, Uint8Array>> | undefined {
  if (bundle.length < LENGTH_BYTES) return undefined;
  const indexBytes = new DataView(bundle.buffer, bundle.byteOffset)
    .getUint32(0, true);
  let at = LENGTH_BYTES + indexBytes;
  if (at > bundle.length) return undefined;
  const index = readIndex(bundle.subarray(LENGTH_BYTES, at));
  if (!index) return undefined;
  const files: Record<string, Record<string, Uint8Array>> = Object.create(null);
  for (const [directory, path, length] of index) {
    if (length > bundle.length - at) return undefined;
    files[directory] ??= Object.create(null) as Record<string, Uint8Array>;
    files[directory][path] = bundle.slice(at, at += length);
  }
  return files;
}

type Entry = readonly [directory: string, path: string, length: number];

function readIndex(bytes: Uint8Array): Entry[] | undefined {
  try {
    const index: unknown = JSON.parse(
      new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes),
    );
    return Array.isArray(index) && index.every(isEntry) ? index : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is Entry {
  if (!Array.isArray(value)) return false;
  const [directory, path, length] = value;
  return typeof directory === "string" && typeof path === "string" &&
    Number.isSafeInteger(length) && length >= 0;
}
