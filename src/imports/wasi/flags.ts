/**
 * Small enumerations and flag sets of preview 1, named as in its description.
 *
 * @see https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md
 */

/** `filetype`: a u8. */
export const Filetype = {
  UNKNOWN: 0,
  BLOCK_DEVICE: 1,
  CHARACTER_DEVICE: 2,
  DIRECTORY: 3,
  REGULAR_FILE: 4,
  SOCKET_DGRAM: 5,
  SOCKET_STREAM: 6,
  SYMBOLIC_LINK: 7,
} as const;
/** One value of {@linkcode Filetype}. */
export type Filetype = typeof Filetype[keyof typeof Filetype];

/** `lookupflags`: a u32. */
export const Lookupflags = { SYMLINK_FOLLOW: 1 } as const;

/** `oflags`: a u16. */
export const Oflags = { CREAT: 1, DIRECTORY: 2, EXCL: 4, TRUNC: 8 } as const;

/** `fdflags`: a u16. */
export const Fdflags = {
  APPEND: 1,
  DSYNC: 2,
  NONBLOCK: 4,
  RSYNC: 8,
  SYNC: 16,
} as const;
/** Every bit of {@linkcode Fdflags}. */
export const ALL_FDFLAGS = 31;

/** `fstflags`: a u16. */
export const Fstflags = { ATIM: 1, ATIM_NOW: 2, MTIM: 4, MTIM_NOW: 8 } as const;

/** `whence`: a u8. */
export const Whence = { SET: 0, CUR: 1, END: 2 } as const;

/** `clockid`: a u32. */
export const Clockid = {
  REALTIME: 0,
  MONOTONIC: 1,
  PROCESS_CPUTIME_ID: 2,
  THREAD_CPUTIME_ID: 3,
} as const;

/** `eventtype`: a u8. */
export const Eventtype = { CLOCK: 0, FD_READ: 1, FD_WRITE: 2 } as const;

/** `subclockflags`: a u16. */
export const Subclockflags = { ABSTIME: 1 } as const;

/** `preopentype`: a u8. */
export const Preopentype = { DIR: 0 } as const;
