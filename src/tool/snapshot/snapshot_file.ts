/**
 * The file format of snapshots.
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
 * Files are untrusted input: unpacked they may not exceed the limits of the
 * sandbox, every length is checked before it is used, and trailing bytes are
 * refused. The hash detects damage; it does not authenticate the origin. Long
 * operations yield to the event loop.
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

/**
 * Version of the format; increase it when preparation or this layout changes
 * the meaning of a state.
 */
const FORM = 2;
const MAGIC = new TextEncoder().encode("ctxsnp");
const HASH_AT = MAGIC.length + 2;
const HEAD_BYTES = HASH_AT + 32;
/** Allowance for names, globals and tables besides memories and files. */
const SLACK_BYTES = 16 * 1024 * 1024;
/** Maximum size of the header, which the host's thread parses. */
const MAX_HEAD_BYTES = 4 * 1024 * 1024;

/**
 * Serializes a snapshot.
 *
 * @param sha256 The hash of its module.
 * @param granted The directories granted when it was taken.
 * @throws {ExecutionFailed} when it has changes in an overlay, as it does not
 * contain the files that they change.
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
 * @throws {ExecutionFailed} when it is invalid, or was taken for something
 * else.
 */
export async function readSnapshot(
  bytes: Uint8Array,
  target: SnapshotTarget,
): Promise<StateImage> {
  const limit = target.plan.maxMemoryBytes + target.maxFileBytes + SLACK_BYTES;
  if (bytes.length > limit) {
    throw refused(`it has ${bytes.length} bytes, limit is ${limit}`);
  }
  // A copy, so that the bytes can't change between check and use.
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

/** Checks the frame around the packed contents. */
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

/** Functions are referenced by index; an index out of range reads as null. */
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
