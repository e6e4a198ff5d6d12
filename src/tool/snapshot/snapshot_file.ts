/**
 * Snapshots as files.
 *
 * ```text
 *   ┌──────────┬──────┬─────────┬────────────────────────────────────────┐
 *   │ "ctxsnp" │ u16  │ SHA-256 │ deflated:                              │
 *   │          │ form │ of what │  u32 length, JSON: what it is made for │
 *   │          │      │ follows │  globals: 8 bytes each                 │
 *   │          │      │         │  tables: i32 each                      │
 *   │          │      │         │  memories: pairs of u32, their bytes   │
 *   │          │      │         │  files: their bytes                    │
 *   └──────────┴──────┴─────────┴────────────────────────────────────────┘
 * ```
 *
 * A file is hostile like any other: it is never larger unpacked than the limits
 * of the sandbox allow, every length is checked before it is used, and what is
 * left over is refused. The hash finds damage; it proves nothing of the origin.
 */

import { IMAGE_PAGE_BYTES, PAGE_BYTES } from "../../contract/page_bytes.ts";
import type { MemoryImage, StateImage } from "../../contract/state_image.ts";
import type { InstancePlan, NumberKind } from "../../contract/instance_plan.ts";
import { ExecutionFailed } from "../../errors.ts";
import { sha256Hex } from "../sha256.ts";
import { ByteReader } from "./byte_reader.ts";
import { deflate, inflate, joined } from "./packed_bytes.ts";

/** Counts up when preparation or this layout changes what a state means. */
const FORM = 1;
const MAGIC = new TextEncoder().encode("ctxsnp");
const HASH_AT = MAGIC.length + 2;
const HEAD_BYTES = HASH_AT + 32;
const PAGES_A_PAGE = PAGE_BYTES / IMAGE_PAGE_BYTES;
/** Room for names, numbers and tables beside memories and files. */
const SLACK_BYTES = 16 * 1024 * 1024;
/** The most bytes of the description, which the host's thread parses. */
const MAX_HEAD_BYTES = 4 * 1024 * 1024;
/** A clock that shows more than 30 years. */
const MAX_CLOCK_MS = 1e12;
/** The most files of a snapshot, over all directories. */
const MAX_FILES = 65_536;

/** What a snapshot is read for. */
export interface SnapshotTarget {
  readonly sha256: string;
  readonly plan: InstancePlan;
  /** Directories in memory may hold so many bytes together. */
  readonly maxFileBytes: number;
  /** The granted host directories, as guests know them. */
  readonly hostDirectories: readonly string[];
}

/** What the first part of a file says. */
interface Head {
  readonly sha256: string;
  readonly engine: string;
  /** How many there are. */
  readonly globals: number;
  readonly tables: readonly number[];
  readonly memories: readonly {
    readonly pages: number;
    readonly runs: number;
  }[];
  readonly hostDirectories: readonly string[];
  readonly directories: readonly {
    readonly guest: string;
    readonly maxBytes: number;
    readonly isGranted: boolean;
    readonly files: FileList;
    readonly removed: readonly string[];
  }[];
  /** The files of its own working directory, and those of `/tmp`. */
  readonly scratch: readonly [FileList, FileList];
  readonly monotonicMs: number;
}

type FileList = readonly (readonly [path: string, bytes: number])[];

/** Turns a snapshot into bytes. */
export async function writeSnapshot(
  image: StateImage,
  sha256: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const head: Head = {
    sha256,
    engine: Deno.version.v8,
    globals: image.globals.length,
    tables: image.tables.map(({ length }) => length),
    memories: image.memories.map(({ pages, runs }) => ({
      pages,
      runs: runs.length,
    })),
    hostDirectories: image.hostDirectories,
    directories: image.directories.map((one) => ({
      ...one,
      files: listed(one.files),
    })),
    scratch: [
      listed(image.scratch.own ?? {}),
      listed(image.scratch.temporary ?? {}),
    ],
    monotonicMs: image.monotonicMs,
  };
  const json = new TextEncoder().encode(JSON.stringify(head));
  const contents = joined([
    new Uint8Array(Uint32Array.of(json.length).buffer),
    json,
    ...image.globals.map(globalBytes),
    ...image.tables.map((table) => new Uint8Array(table.slice().buffer)),
    ...image.memories.flatMap(memoryBytes),
    ...image.directories.flatMap(({ files }) => Object.values(files)),
    ...Object.values(image.scratch.own ?? {}),
    ...Object.values(image.scratch.temporary ?? {}),
  ]);
  const packed = await deflate(contents);
  const form = new Uint8Array(Uint16Array.of(FORM).buffer);
  return joined([MAGIC, form, await hash(packed), packed]);
}

/**
 * Reads a snapshot.
 *
 * @throws {ExecutionFailed} when it is not one, or is for something else.
 */
export async function readSnapshot(
  bytes: Uint8Array,
  target: SnapshotTarget,
): Promise<StateImage> {
  const isSnapshot = bytes.length > HEAD_BYTES &&
    MAGIC.every((byte, index) => bytes[index] === byte);
  if (!isSnapshot) throw refused("it is not a snapshot");
  const form = bytes[MAGIC.length]! | bytes[MAGIC.length + 1]! << 8;
  if (form !== FORM) throw refused(`its form is ${form}, expected ${FORM}`);
  const { maxMemoryBytes } = target.plan;
  const limit = maxMemoryBytes + target.maxFileBytes + SLACK_BYTES;
  // A copy, so that nothing can change between the check and the use.
  const packed = bytes.slice(HEAD_BYTES);
  const expected = await hash(packed);
  if (expected.some((byte, index) => bytes[HASH_AT + index] !== byte)) {
    throw refused("its checksum is wrong");
  }
  const contents = await inflate(packed, limit);
  if (!contents) {
    throw refused(`it cannot be unpacked, or is larger than ${limit} bytes`);
  }
  return readContents(new ByteReader(contents, refused), target);
}

function readContents(reader: ByteReader, target: SnapshotTarget): StateImage {
  const headBytes = reader.u32();
  if (headBytes > MAX_HEAD_BYTES) {
    throw refused(
      `its description has ${headBytes} bytes, limit is ${MAX_HEAD_BYTES}`,
    );
  }
  const head = readHead(reader.bytes(headBytes));
  checkTarget(head, target);
  const globals = target.plan.state.globals
    .map(({ kind }) => readGlobal(reader, kind));
  const tables = head.tables.map((length) => reader.i32s(length));
  checkTables(tables);
  const memories = head.memories.map(({ pages, runs }) =>
    readMemory(reader, pages, runs)
  );
  const directories = head.directories.map(
    ({ guest, maxBytes, isGranted, files, removed }) => ({
      guest,
      maxBytes,
      isGranted,
      files: readFiles(reader, files),
      removed,
    }),
  );
  const [own, temporary] = head.scratch;
  const scratch = {
    own: readFiles(reader, own),
    temporary: readFiles(reader, temporary),
  };
  if (!reader.isDone) throw refused("there is more in it than it says");
  const { hostDirectories, monotonicMs } = head;
  return {
    memories,
    globals,
    tables,
    hostDirectories,
    directories,
    scratch,
    monotonicMs,
  };
}

function listed(files: Readonly<Record<string, Uint8Array>>): FileList {
  return Object.entries(files).map(([path, bytes]) => [path, bytes.length]);
}

function readFiles(
  reader: ByteReader,
  files: FileList,
): Record<string, Uint8Array> {
  return Object.fromEntries(
    files.map(([path, length]) => [path, reader.bytes(length).slice()]),
  );
}

function checkTarget(head: Head, target: SnapshotTarget): void {
  const { plan, hostDirectories, maxFileBytes } = target;
  if (head.sha256 !== target.sha256) throw refused("it is of another module");
  if (head.engine !== Deno.version.v8) {
    throw refused(
      `it was taken with V8 ${head.engine}, this is ${Deno.version.v8}`,
    );
  }
  if (head.globals !== plan.state.globals.length) {
    throw refused("its globals are not those of the module");
  }
  if (head.tables.length !== plan.state.tables.length) {
    throw refused("its tables are not those of the module");
  }
  checkMemories(head, plan);
  if (head.hostDirectories.join("\0") !== hostDirectories.join("\0")) {
    const listed = head.hostDirectories.join(", ") || "none";
    throw refused(`it was taken with other host directories: ${listed}`);
  }
  const room = head.directories.reduce((sum, one) => sum + one.maxBytes, 0);
  if (room > maxFileBytes) {
    throw refused(
      `its directories may hold ${room} bytes, limit is ${maxFileBytes}`,
    );
  }
}

function checkMemories({ memories, tables }: Head, plan: InstancePlan): void {
  const fits = memories.length === plan.memories.length &&
    memories.every(({ pages }, index) => {
      const { initialPages, maximumPages } = plan.memories[index]!;
      return pages >= initialPages && pages <= maximumPages;
    });
  const bytes = memories.reduce((sum, one) => sum + one.pages * PAGE_BYTES, 0);
  if (!fits) throw refused("its memories are not those of the module");
  if (bytes > plan.maxMemoryBytes) {
    throw refused(
      `its memories take ${bytes} bytes, limit is ${plan.maxMemoryBytes}`,
    );
  }
  const entries = tables.reduce((sum, length) => sum + length, 0);
  if (entries * 40 > plan.maxMemoryBytes) {
    throw refused(`its tables have ${entries} entries`);
  }
}

/** Functions are named by numbers; one that is out of range is null. */
function checkTables(tables: readonly Int32Array[]): void {
  const entries = tables.reduce((sum, { length }) => sum + length, 0);
  for (const table of tables) {
    for (const number of table) {
      if (number >= entries) throw refused("a table names no function");
    }
  }
}

function readMemory(
  reader: ByteReader,
  pages: number,
  count: number,
): MemoryImage {
  const runs = Uint32Array.from(reader.i32s(count));
  const contents = new WebAssembly.Memory({
    initial: pages,
    maximum: Math.max(pages, 1),
    shared: true,
  });
  const to = new Uint8Array(contents.buffer);
  let least = 0;
  for (let i = 0; i < runs.length; i += 2) {
    const [first, length] = [runs[i]!, runs[i + 1] ?? 0];
    const isSound = length > 0 && first >= least &&
      first + length <= pages * PAGES_A_PAGE;
    if (!isSound) throw refused("a piece of its memory lies elsewhere");
    least = first + length;
    const bytes = reader.bytes(length * IMAGE_PAGE_BYTES);
    to.set(bytes, first * IMAGE_PAGE_BYTES);
  }
  return { contents, pages, runs };
}

function memoryBytes({ contents, runs }: MemoryImage): Uint8Array[] {
  const all = new Uint8Array(contents.buffer);
  const pieces = [new Uint8Array(runs.slice().buffer)];
  for (let i = 0; i < runs.length; i += 2) {
    const start = runs[i]! * IMAGE_PAGE_BYTES;
    const end = start + runs[i + 1]! * IMAGE_PAGE_BYTES;
    pieces.push(all.slice(start, end));
  }
  return pieces;
}

function globalBytes(value: number | bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  if (typeof value === "bigint") view.setBigInt64(0, value, true);
  else view.setFloat64(0, value, true);
  return new Uint8Array(view.buffer);
}

function readGlobal(reader: ByteReader, kind: NumberKind): number | bigint {
  const bytes = reader.bytes(8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  return kind === "i64" ? view.getBigInt64(0, true) : view.getFloat64(0, true);
}

async function hash(bytes: Uint8Array): Promise<Uint8Array> {
  const hex = await sha256Hex(bytes as Uint8Array<ArrayBuffer>);
  return Uint8Array.from(
    hex.match(/../g)!,
    (pair) => Number.parseInt(pair, 16),
  );
}

function readHead(json: Uint8Array): Head {
  let head: unknown;
  try {
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(json);
    head = JSON.parse(text);
  } catch {
    throw refused("its description is not JSON");
  }
  if (isHead(head)) return head;
  throw refused("its description is not one of a snapshot");
}

function isHead(value: unknown): value is Head {
  const head = (value ?? {}) as Partial<Record<keyof Head, unknown>>;
  return isText(head.sha256) && isText(head.engine) &&
    isLength(head.globals) && isList(head.tables, isLength) &&
    isList(head.memories, (one) => {
      const { pages, runs } = one as Partial<Head["memories"][number]>;
      return isLength(pages) && isLength(runs) && (runs as number) % 2 === 0;
    }) &&
    isList(head.hostDirectories, isText) &&
    isList(head.directories, isDirectory) &&
    isList(head.scratch, isFileList) &&
    (head.scratch as unknown[]).length === 2 &&
    countFiles(head as Head) <= MAX_FILES &&
    typeof head.monotonicMs === "number" && head.monotonicMs >= 0 &&
    head.monotonicMs <= MAX_CLOCK_MS;
}

function isDirectory(value: unknown): boolean {
  const one = value as Partial<Head["directories"][number]>;
  return isText(one.guest) && isLength(one.maxBytes) &&
    typeof one.isGranted === "boolean" && isFileList(one.files) &&
    isList(one.removed, isText);
}

function isFileList(files: unknown): boolean {
  return isList(
    files,
    (file) =>
      isList(file, () => true) && isText((file as unknown[])[0]) &&
      isLength((file as unknown[])[1]),
  );
}

function countFiles({ directories, scratch }: Head): number {
  return [...directories.map(({ files }) => files), ...scratch]
    .reduce((sum, files) => sum + files.length, 0);
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

function refused(why: string): ExecutionFailed {
  return new ExecutionFailed(`Cannot load snapshot: ${why}`);
}
