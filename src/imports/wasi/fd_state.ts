/** The WASI functions for the state of descriptors. */

import { fail } from "../../fs/error_code.ts";
import {
  type Descriptor,
  filetypeOfDescriptor,
  setTimesOfDescriptor,
  statOfDescriptor,
} from "./descriptor.ts";
import { position } from "./fd_io.ts";
import { filetypeNumber, writeFilestat } from "./filestat.ts";
import { ALL_FDFLAGS, Fdflags, Fstflags } from "./flags.ts";
import type { GuestClock } from "./guest_clock.ts";
import { areRights, Rights, rightsFromU64 } from "./rights.ts";
import type { NewTimes } from "../../fs/file_system.ts";
import type { WasiContext } from "./wasi_context.ts";

/** The last value of `advice`. */
const ADVICE_NOREUSE = 5;

/** Functions that query and change a descriptor. */
export const fdStateFunctions = {
  fd_close({ descriptors }: WasiContext, fd: number): void {
    descriptors.close(fd);
  },

  fd_renumber({ descriptors }: WasiContext, fd: number, to: number): void {
    descriptors.renumber(fd, to);
  },

  /**
   * ```text
   *   0             1   2          4     8             16                  24
   *   ┌─────────────┬───┬──────────┬─────┬─────────────┬───────────────────┐
   *   │ fs_filetype │ 0 │ fs_flags │ 0 … │ rights_base │ rights_inheriting │
   *   └─────────────┴───┴──────────┴─────┴─────────────┴───────────────────┘
   * ```
   */
  fd_fdstat_get(
    { descriptors, memory }: WasiContext,
    fd: number,
    fdstat: number,
  ): void {
    const descriptor = descriptors.get(fd, 0);
    const at = fdstat >>> 0;
    memory.bytes(at, 24).fill(0);
    memory.setU8(at, filetypeNumber(filetypeOfDescriptor(descriptor)));
    memory.setU16(at + 2, descriptor.flags);
    memory.setU64(at + 8, BigInt(descriptor.rightsBase));
    memory.setU64(at + 16, BigInt(descriptor.rightsInheriting));
  },

  /** Synchronization flags can't be changed after opening. */
  fd_fdstat_set_flags(
    { descriptors }: WasiContext,
    fd: number,
    flags: number,
  ): void {
    const descriptor = descriptors.get(fd, Rights.FD_FDSTAT_SET_FLAGS);
    if ((flags & ~ALL_FDFLAGS) !== 0) fail("EINVAL");
    const fixed = Fdflags.DSYNC | Fdflags.RSYNC | Fdflags.SYNC;
    if ((flags & fixed) !== (descriptor.flags & fixed)) fail("ENOTSUP");
    const changed = flags ^ descriptor.flags;
    if (descriptor.kind === "file" && (changed & Fdflags.APPEND) !== 0) {
      descriptor.file.setAppending((flags & Fdflags.APPEND) !== 0);
    }
    descriptor.flags = flags;
  },

  fd_fdstat_set_rights(
    { descriptors }: WasiContext,
    fd: number,
    base: bigint,
    inheriting: bigint,
  ): void {
    const descriptor = descriptors.get(fd, 0);
    if (
      !within(base, descriptor.rightsBase) ||
      !within(inheriting, descriptor.rightsInheriting)
    ) fail("ENOTCAPABLE");
    descriptor.rightsBase = rightsFromU64(base);
    descriptor.rightsInheriting = rightsFromU64(inheriting);
  },

  fd_filestat_get(
    { descriptors, memory }: WasiContext,
    fd: number,
    filestat: number,
  ): void {
    const descriptor = descriptors.get(fd, Rights.FD_FILESTAT_GET);
    writeFilestat(memory, filestat, statOfDescriptor(descriptor));
  },

  fd_filestat_set_size(
    { descriptors }: WasiContext,
    fd: number,
    size: bigint,
  ): void {
    const { file } = descriptors.file(fd, Rights.FD_FILESTAT_SET_SIZE);
    file.setSize(position(size));
  },

  fd_filestat_set_times(
    { clock, descriptors }: WasiContext,
    fd: number,
    atim: bigint,
    mtim: bigint,
    flags: number,
  ): void {
    const descriptor = descriptors.get(fd, Rights.FD_FILESTAT_SET_TIMES);
    setTimesOfDescriptor(descriptor, newTimes(atim, mtim, flags, clock));
  },

  fd_allocate(
    { descriptors }: WasiContext,
    fd: number,
    offset: bigint,
    length: bigint,
  ): void {
    const { file } = descriptors.file(fd, Rights.FD_ALLOCATE);
    if (length === 0n) fail("EINVAL");
    const end = position(BigInt(position(offset)) + BigInt(position(length)));
    file.allocate(end);
  },

  /** Advice has no observable effect. */
  fd_advise(
    { descriptors }: WasiContext,
    fd: number,
    offset: bigint,
    length: bigint,
    advice: number,
  ): void {
    const { file } = descriptors.file(fd, Rights.FD_ADVISE);
    if (!file.seekable) fail("ESPIPE");
    if (advice >>> 0 > ADVICE_NOREUSE) fail("EINVAL");
    position(offset);
    position(length);
  },

  fd_sync({ descriptors }: WasiContext, fd: number): void {
    sync(descriptors.get(fd, Rights.FD_SYNC));
  },

  fd_datasync({ descriptors }: WasiContext, fd: number): void {
    sync(descriptors.get(fd, Rights.FD_DATASYNC));
  },
};

function sync(descriptor: Descriptor): void {
  if (descriptor.kind === "file") descriptor.file.sync();
}

function within(bits: bigint, rights: number): boolean {
  return areRights(bits) && (rightsFromU64(bits) & ~rights) === 0;
}

/** The times selected by `fstflags`. */
export function newTimes(
  atim: bigint,
  mtim: bigint,
  flags: number,
  clock: GuestClock,
): NewTimes {
  if ((flags & ~15) !== 0) fail("EINVAL");
  return {
    atim: newTime(atim, flags, Fstflags.ATIM, Fstflags.ATIM_NOW, clock),
    mtim: newTime(mtim, flags, Fstflags.MTIM, Fstflags.MTIM_NOW, clock),
  };
}

function newTime(
  time: bigint,
  flags: number,
  given: number,
  now: number,
  clock: GuestClock,
): bigint | undefined {
  if ((flags & given) !== 0 && (flags & now) !== 0) fail("EINVAL");
  if ((flags & now) !== 0) return clock.realtime();
  return (flags & given) !== 0 ? BigInt.asUintN(64, time) : undefined;
}
