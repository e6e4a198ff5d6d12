/** The WASI functions that read, write and seek. */

import { codeOf, fail } from "../../fs/error_code.ts";
import type { FileDescriptor } from "./descriptor.ts";
import { Fdflags, Whence } from "./flags.ts";
import { Rights } from "./rights.ts";
import type { OpenFile } from "../../fs/file_system.ts";
import type { WasiContext } from "./wasi_context.ts";

/** Maximum bytes of a file copied between checks of the stop word. */
const FILE_PIECE_BYTES = 4 * 1024 * 1024;
/** The same for a stream, whose other end copies again. */
const STREAM_PIECE_BYTES = 64 * 1024;

/** Reading, writing and seeking. */
export const fdIoFunctions = {
  fd_read(
    context: WasiContext,
    fd: number,
    iovs: number,
    count: number,
    nread: number,
  ): void {
    const { FD_READ } = Rights;
    const descriptor = context.descriptors.file(fd, FD_READ, "EBADF");
    const done = readAll(context, descriptor, iovs, count, descriptor.position);
    if (descriptor.file.seekable) descriptor.position += done;
    context.memory.setU32(nread, done);
  },

  fd_pread(
    context: WasiContext,
    fd: number,
    iovs: number,
    count: number,
    offset: bigint,
    nread: number,
  ): void {
    const rights = Rights.FD_READ | Rights.FD_SEEK;
    const descriptor = context.descriptors.seekable(fd, rights);
    const done = readAll(context, descriptor, iovs, count, position(offset));
    context.memory.setU32(nread, done);
  },

  fd_write(
    context: WasiContext,
    fd: number,
    iovs: number,
    count: number,
    nwritten: number,
  ): void {
    const { FD_WRITE } = Rights;
    const descriptor = context.descriptors.file(fd, FD_WRITE, "EBADF");
    const done = writeAll(
      context,
      descriptor,
      iovs,
      count,
      descriptor.position,
    );
    if (appends(descriptor)) descriptor.position = descriptor.file.stat().size;
    else if (descriptor.file.seekable) descriptor.position += done;
    context.memory.setU32(nwritten, done);
  },

  /** As on Linux, a descriptor in append mode ignores the offset. */
  fd_pwrite(
    context: WasiContext,
    fd: number,
    iovs: number,
    count: number,
    offset: bigint,
    nwritten: number,
  ): void {
    const rights = Rights.FD_WRITE | Rights.FD_SEEK;
    const descriptor = context.descriptors.seekable(fd, rights);
    const from = position(offset);
    const done = writeAll(context, descriptor, iovs, count, from);
    context.memory.setU32(nwritten, done);
  },

  fd_seek(
    context: WasiContext,
    fd: number,
    offset: bigint,
    whence: number,
    newOffset: number,
  ): void {
    // Reading the offset requires either right, changing it requires `FD_SEEK`.
    const asks = offset === 0n && whence === Whence.CUR;
    const { descriptors, memory } = context;
    const descriptor = descriptors.seekable(fd, asks ? 0 : Rights.FD_SEEK);
    const either = Rights.FD_TELL | Rights.FD_SEEK;
    if ((descriptor.rightsBase & either) === 0) fail("ENOTCAPABLE");
    const target = BigInt(startOf(descriptor, whence)) + offset;
    if (target < 0n) fail("EINVAL");
    const moved = position(BigInt.asUintN(64, target));
    memory.setU64(newOffset, BigInt(moved));
    descriptor.position = moved;
  },

  fd_tell(context: WasiContext, fd: number, offset: number): void {
    const descriptor = context.descriptors.seekable(fd, Rights.FD_TELL);
    context.memory.setU64(offset, BigInt(descriptor.position));
  },
};

function readAll(
  context: WasiContext,
  { file }: FileDescriptor,
  iovs: number,
  count: number,
  from: number,
): number {
  const pieces = piecesOf(context, file, iovs, count);
  // After the first piece, a stream may not have more data for a long time.
  if (!file.seekable) pieces.length = Math.min(pieces.length, 1);
  const read = (piece: Uint8Array, at: number) => file.read(piece, at);
  return moveAll(context, pieces, from, read);
}

function writeAll(
  context: WasiContext,
  descriptor: FileDescriptor,
  iovs: number,
  count: number,
  from: number,
): number {
  const { file, flags } = descriptor;
  const pieces = piecesOf(context, file, iovs, count);
  const done = appends(descriptor)
    ? moveAll(context, joined(pieces), from, (piece) => file.append(piece))
    : moveAll(context, pieces, from, (piece, at) => file.write(piece, at));
  if ((flags & (Fdflags.SYNC | Fdflags.DSYNC)) !== 0) file.sync();
  return done;
}

/**
 * Joins pieces to as few as possible: each is appended atomically, so that
 * concurrent appends do not tear it.
 */
function* joined(pieces: Uint8Array[]): Generator<Uint8Array> {
  for (let next = 0; next < pieces.length;) {
    const first = next;
    let length = 0;
    for (; next < pieces.length; next++) {
      const more = pieces[next]?.length ?? 0;
      if (length > 0 && length + more > FILE_PIECE_BYTES) break;
      length += more;
    }
    yield concat(pieces.slice(first, next), length);
  }
}

function concat(pieces: Uint8Array[], length: number): Uint8Array {
  const [first] = pieces;
  if (first && pieces.length === 1) return first;
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/**
 * Transfers pieces until one is not transferred completely. An error after the
 * first piece is not returned, as earlier bytes were transferred.
 */
function moveAll(
  { stop }: WasiContext,
  pieces: Iterable<Uint8Array>,
  from: number,
  move: (piece: Uint8Array, at: number) => number,
): number {
  let done = 0;
  for (const piece of pieces) {
    stop.check();
    let moved = 0;
    try {
      moved = move(piece, from + done);
    } catch (error) {
      if (done === 0 || codeOf(error) === undefined) throw error;
    }
    done += moved;
    if (moved < piece.length) break;
  }
  return done;
}

/** The guest's buffers, without empty ones, split to the maximum piece size. */
function piecesOf(
  { memory }: WasiContext,
  { seekable }: OpenFile,
  iovs: number,
  count: number,
): Uint8Array[] {
  const most = seekable ? FILE_PIECE_BYTES : STREAM_PIECE_BYTES;
  const pieces: Uint8Array[] = [];
  for (const buffer of memory.buffers(iovs, count)) {
    for (let at = 0; at < buffer.length; at += most) {
      pieces.push(buffer.subarray(at, at + most));
    }
  }
  return pieces;
}

function startOf(descriptor: FileDescriptor, whence: number): number {
  switch (whence) {
    case Whence.SET:
      return 0;
    case Whence.CUR:
      return descriptor.position;
    case Whence.END:
      return descriptor.file.stat().size;
    default:
      fail("EINVAL");
  }
}

function appends({ flags, file }: FileDescriptor): boolean {
  return (flags & Fdflags.APPEND) !== 0 && file.seekable;
}

/** A file offset that is exact as a number. */
export function position(offset: bigint): number {
  const unsigned = BigInt.asUintN(64, offset);
  if (unsigned >= 1n << 63n) fail("EINVAL");
  if (unsigned > BigInt(Number.MAX_SAFE_INTEGER)) fail("EFBIG");
  return Number(unsigned);
}
