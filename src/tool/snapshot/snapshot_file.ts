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
 * What takes long is done in pieces, between which others have their turn.
 */

import type { NumberKind } from "../../contract/instance_plan.ts";
import type { MemoryDirectory } from "../../contract/system_grants.ts";
import type { StateImage } from "../../contract/state_image.ts";
import { ExecutionFailed } from "../../errors.ts";
import { collectBytes, copyBytes } from "../../pieces/collect_bytes.ts";
import { TimeSlice } from "../../pieces/time_slice.ts";
import { quote } from "../../quote.ts";
import { sha256Hex } from "../sha256.ts";
import { ByteReader } from "./byte_reader.ts";
import { grantedBases } from "./granted_bases.ts";
import { memoryPieces, readMemory } from "./memory_pieces.ts";
import { deflate, inflate } from "./packed_bytes.ts";
import { type FileList, headOf, readHead } from "./snapshot_head.ts";
import { refused } from "./snapshot_refusal.ts";
import { checkTarget, type SnapshotTarget } from "./snapshot_target.ts";

/** Counts up when preparation or this layout changes what a state means. */
const FORM = 2;
const MAGIC = new TextEncoder().encode("ctxsnp");
const HASH_AT = MAGIC.length + 2;
const HEAD_BYTES = HASH_AT + 32;
/** Room for names, numbers and tables beside memories and files. */
const SLACK_BYTES = 16 * 1024 * 1024;
/** The most bytes of the description, which the host's thread parses. */
const MAX_HEAD_BYTES = 4 * 1024 * 1024;

/**
 * Turns a snapshot into bytes.
 *
 * @param sha256 The module that it is of.
 * @param granted The directories that it was taken with.
 * @throws {ExecutionFailed} when it has changes in an overlay: what they change
 * is not in it.
 */
export async function writeSnapshot(
  image: StateImage,
  sha256: string,
  granted: readonly MemoryDirectory[],
): Promise<Uint8Array<ArrayBuffer>> {
  const [changed] = Object.keys(image.overlays);
  if (changed !== undefined) {
    throw new ExecutionFailed(
      `Cannot write snapshot: the folder ${
        quote(changed)
      } was changed in its overlay`,
    );
  }
  const head = headOf(image, sha256, await grantedBases(granted));
  const json = new TextEncoder().encode(JSON.stringify(head));
  const packed = await deflate(contentsOf(image, json));
  const form = new Uint8Array(Uint16Array.of(FORM).buffer);
  return await collectBytes([MAGIC, form, await hash(packed), packed]);
}

function* contentsOf(
  { globals, tables, memories, directories, scratch }: StateImage,
  json: Uint8Array,
): Generator<Uint8Array> {
  yield new Uint8Array(Uint32Array.of(json.length).buffer);
  yield json;
  yield* globals.map(globalBytes);
  yield* tables.map((table) => new Uint8Array(table.slice().buffer));
  for (const memory of memories) yield* memoryPieces(memory);
  for (const { files } of directories) yield* Object.values(files);
  yield* Object.values(scratch.own ?? {});
  yield* Object.values(scratch.temporary ?? {});
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
  const limit = target.plan.maxMemoryBytes + target.maxFileBytes + SLACK_BYTES;
  if (bytes.length > limit) {
    throw refused(`it has ${bytes.length} bytes, limit is ${limit}`);
  }
  // A copy, so that nothing can change between the check and the use.
  const packed = checkFrame(await copyBytes(bytes));
  const sum = await hash(packed.rest);
  if (sum.some((byte, index) => packed.sum[index] !== byte)) {
    throw refused("its checksum is wrong");
  }
  const contents = await inflate(packed.rest, limit);
  if (!contents) {
    throw refused(`it cannot be unpacked, or is larger than ${limit} bytes`);
  }
  return await readContents(new ByteReader(contents, refused), target);
}

/** What stands around the packed contents. */
function checkFrame(bytes: Uint8Array<ArrayBuffer>): {
  readonly sum: Uint8Array;
  readonly rest: Uint8Array<ArrayBuffer>;
} {
  const isSnapshot = bytes.length > HEAD_BYTES &&
    MAGIC.every((byte, index) => bytes[index] === byte);
  if (!isSnapshot) throw refused("it is not a snapshot");
  const form = bytes[MAGIC.length]! | bytes[MAGIC.length + 1]! << 8;
  if (form !== FORM) throw refused(`its form is ${form}, expected ${FORM}`);
  return {
    sum: bytes.subarray(HASH_AT, HEAD_BYTES),
    rest: bytes.subarray(HEAD_BYTES),
  };
}

async function readContents(
  reader: ByteReader,
  target: SnapshotTarget,
): Promise<StateImage> {
  const headBytes = reader.u32();
  if (headBytes > MAX_HEAD_BYTES) {
    throw refused(
      `its description has ${headBytes} bytes, limit is ${MAX_HEAD_BYTES}`,
    );
  }
  const head = readHead(reader.bytes(headBytes));
  await checkTarget(head, target);
  const globals = target.plan.state.globals
    .map(({ kind }) => readGlobal(reader, kind));
  const tables = head.tables.map((length) => reader.i32s(length));
  checkTables(tables);
  const memories = [];
  const slice = new TimeSlice();
  for (const memory of head.memories) {
    memories.push(await readMemory(reader, memory, slice));
  }
  const directories = head.directories.map(
    ({ guest, maxBytes, base, files, removed }) => ({
      guest,
      maxBytes,
      isGranted: base !== "",
      files: readFiles(reader, files),
      removed,
    }),
  );
  const [own, temporary] = head.scratch;
  const scratch = {
    own: readFiles(reader, own),
    temporary: readFiles(reader, temporary),
  };
  if (!reader.isDone) throw refused("it is longer than it says");
  const { hostDirectories, monotonicMs } = head;
  return {
    memories,
    globals,
    tables,
    hostDirectories,
    directories,
    scratch,
    overlays: {},
    monotonicMs,
  };
}

function readFiles(
  reader: ByteReader,
  files: FileList,
): Record<string, Uint8Array> {
  return Object.fromEntries(
    files.map(([path, length]) => [path, reader.bytes(length).slice()]),
  );
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

async function hash(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return Uint8Array.fromHex(await sha256Hex(bytes));
}
