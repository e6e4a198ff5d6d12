/**
 * Error numbers of preview 1, named as in its description.
 *
 * @see https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#errno
 */

const NAMES =
  ("SUCCESS 2BIG ACCES ADDRINUSE ADDRNOTAVAIL AFNOSUPPORT AGAIN ALREADY BADF " +
    "BADMSG BUSY CANCELED CHILD CONNABORTED CONNREFUSED CONNRESET DEADLK " +
    "DESTADDRREQ DOM DQUOT EXIST FAULT FBIG HOSTUNREACH IDRM ILSEQ " +
    "INPROGRESS INTR INVAL IO ISCONN ISDIR LOOP MFILE MLINK MSGSIZE " +
    "MULTIHOP NAMETOOLONG NETDOWN NETRESET NETUNREACH NFILE NOBUFS NODEV " +
    "NOENT NOEXEC NOLCK NOLINK NOMEM NOMSG NOPROTOOPT NOSPC NOSYS NOTCONN " +
    "NOTDIR NOTEMPTY NOTRECOVERABLE NOTSOCK NOTSUP NOTTY NXIO OVERFLOW " +
    "OWNERDEAD PERM PIPE PROTO PROTONOSUPPORT PROTOTYPE RANGE ROFS SPIPE " +
    "SRCH STALE TIMEDOUT TXTBSY XDEV NOTCAPABLE").split(" ");

/** The error number with a POSIX name such as `ENOENT`, if there is one. */
export function errnoNamed(posixName: string): number | undefined {
  const index = NAMES.indexOf(posixName.slice(1));
  return index > 0 ? index : undefined;
}

/** The numbers that this implementation answers with itself. */
export const Errno = {
  SUCCESS: 0,
  ACCES: 2,
  AGAIN: 6,
  BADF: 8,
  EXIST: 20,
  FAULT: 21,
  FBIG: 22,
  ILSEQ: 25,
  INVAL: 28,
  IO: 29,
  ISDIR: 31,
  LOOP: 32,
  MFILE: 33,
  NAMETOOLONG: 37,
  NOENT: 44,
  NOSPC: 51,
  NOSYS: 52,
  NOTDIR: 54,
  NOTEMPTY: 55,
  NOTSOCK: 57,
  NOTSUP: 58,
  OVERFLOW: 61,
  PERM: 63,
  ROFS: 69,
  SPIPE: 70,
  XDEV: 75,
  NOTCAPABLE: 76,
} as const;

/** One error number. */
export type Errno = number;

/** Thrown inside the layer; every import answers with its number instead. */
export class WasiError extends Error {
  override readonly name = "WasiError";
  readonly errno: Errno;

  constructor(errno: Errno) {
    super(`WASI error ${NAMES[errno] ?? errno}`);
    this.errno = errno;
  }
}

const errors = new Map<Errno, WasiError>();

/**
 * Ends the running import with an error number.
 *
 * Guests probe for missing files by the thousand, so the error of a number is
 * made once: its stack trace tells nothing.
 */
export function fail(errno: Errno): never {
  let error = errors.get(errno);
  if (error === undefined) {
    error = new WasiError(errno);
    errors.set(errno, error);
  }
  throw error;
}
