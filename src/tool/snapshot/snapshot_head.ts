/** The header of a snapshot file, which is untrusted. */

import type { StateImage } from "../../contract/state_image.ts";
import { refused } from "./snapshot_refusal.ts";

/** Maximum clock value: more than 30 years. */
const MAX_CLOCK_MS = 1e12;
/** Maximum number of files in a snapshot, over all directories. */
const MAX_FILES = 65_536;

/** Files by path, with their sizes in bytes. */
export type FileList = readonly (readonly [path: string, bytes: number])[];

/**
 * A memory: its size in pages of 64 KiB, and the number of values that describe
 * its non-zero ranges.
 */
export interface HeadMemory {
  readonly pages: number;
  readonly runs: number;
}

/** A directory in memory. */
export interface HeadDirectory {
  readonly guest: string;
  readonly maxBytes: number;
  /**
   * The hash of the granted directory that it differs from; empty if there is
   * none.
   */
  readonly base: string;
  readonly files: FileList;
  readonly removed: readonly string[];
}

/** The content of the header. */
export interface SnapshotHead {
  readonly sha256: string;
  readonly engine: string;
  /** The number of globals. */
  readonly globals: number;
  /** The number of entries of each table. */
  readonly tables: readonly number[];
  readonly memories: readonly HeadMemory[];
  readonly hostDirectories: readonly string[];
  readonly directories: readonly HeadDirectory[];
  /** The files of its private working directory, and those of `/tmp`. */
  readonly scratch: readonly [own: FileList, temporary: FileList];
  readonly monotonicMs: number;
}

/**
 * Describes an image.
 *
 * @param sha256 The hash of its module.
 * @param bases The hashes of the granted directories' contents, by guest path.
 */
export function headOf(
  image: StateImage,
  sha256: string,
  bases: ReadonlyMap<string, string>,
): SnapshotHead {
  const { own = {}, temporary = {} } = image.scratch;
  return {
    sha256,
    engine: Deno.version.v8,
    globals: image.globals.length,
    tables: image.tables.map(({ length }) => length),
    memories: image.memories.map(({ pages, runs }) => ({
      pages,
      runs: runs.length,
    })),
    hostDirectories: image.hostDirectories,
    directories: image.directories.map(
      ({ guest, maxBytes, isGranted, files, removed }) => ({
        guest,
        maxBytes,
        base: isGranted ? bases.get(guest) ?? "" : "",
        files: listed(files),
        removed,
      }),
    ),
    scratch: [listed(own), listed(temporary)],
    monotonicMs: image.monotonicMs,
  };
}

/** @throws {ExecutionFailed} when it is not a valid header. */
export function readHead(json: Uint8Array): SnapshotHead {
  let head: unknown;
  try {
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(json);
    head = JSON.parse(text);
  } catch {
    throw refused("its description is not JSON");
  }
  if (isHead(head)) return head;
  throw refused("its description is not that of a snapshot");
}

function listed(files: Readonly<Record<string, Uint8Array>>): FileList {
  return Object.entries(files).map(([path, bytes]) => [path, bytes.length]);
}

function isHead(value: unknown): value is SnapshotHead {
  const head = (value ?? {}) as Partial<Record<keyof SnapshotHead, unknown>>;
  return isText(head.sha256) && isText(head.engine) &&
    isLength(head.globals) && isList(head.tables, isLength) &&
    isList(head.memories, isMemory) &&
    isList(head.hostDirectories, isText) &&
    isList(head.directories, isDirectory) &&
    isList(head.scratch, isFileList) &&
    (head.scratch as unknown[]).length === 2 &&
    countFiles(head as SnapshotHead) <= MAX_FILES &&
    typeof head.monotonicMs === "number" && head.monotonicMs >= 0 &&
    head.monotonicMs <= MAX_CLOCK_MS;
}

function isMemory(value: unknown): boolean {
  const { pages, runs } = value as Partial<HeadMemory>;
  return isLength(pages) && isLength(runs) && (runs as number) % 2 === 0;
}

function isDirectory(value: unknown): boolean {
  const one = value as Partial<HeadDirectory>;
  return isText(one.guest) && isLength(one.maxBytes) && isText(one.base) &&
    isFileList(one.files) && isList(one.removed, isText);
}

function isFileList(files: unknown): boolean {
  return isList(
    files,
    (file) =>
      isList(file, () => true) && isText((file as unknown[])[0]) &&
      isLength((file as unknown[])[1]),
  );
}

function countFiles({ directories, scratch }: SnapshotHead): number {
  return directories.reduce(
    (sum, { files, removed }) => sum + files.length + removed.length,
    scratch[0].length + scratch[1].length,
  );
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isLength(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isList(value: unknown, is: (one: unknown) => boolean): boolean {
  return Array.isArray(value) &&
    value.every((one) => one !== null && one !== undefined && is(one));
}
