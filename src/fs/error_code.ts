/** Maps file system errors of any origin to POSIX names. */

/** Every error that the file systems of this layer report. */
export const ERROR_CODES = [
  "EACCES",
  "EAGAIN",
  "EBADF",
  "EBUSY",
  "EEXIST",
  "EFAULT",
  "EFBIG",
  "EILSEQ",
  "EINVAL",
  "EIO",
  "EISDIR",
  "ELOOP",
  "EMFILE",
  "EMLINK",
  "ENAMETOOLONG",
  "ENFILE",
  "ENODEV",
  "ENOENT",
  "ENOMEM",
  "ENOSPC",
  "ENOSYS",
  "ENOTCAPABLE",
  "ENOTDIR",
  "ENOTEMPTY",
  "ENOTSOCK",
  "ENOTSUP",
  "ENXIO",
  "EOVERFLOW",
  "EPERM",
  "EPIPE",
  "EROFS",
  "ESPIPE",
  "ESTALE",
  "ETXTBSY",
  "EXDEV",
  "EDQUOT",
] as const;

/** The POSIX name of an error, or `ENOTCAPABLE` for a missing right. */
export type ErrorCode = typeof ERROR_CODES[number];

/** A failed operation; the caller returns the code to the guest. */
export class FileSystemError extends Error {
  override readonly name = "FileSystemError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode) {
    super(`File system error ${code}`);
    this.code = code;
  }
}

const errors = new Map<ErrorCode, FileSystemError>();

/**
 * Ends the running operation with an error.
 *
 * Guests probe for missing files by the thousand, so one error is created per
 * code: stack traces are of no use here.
 */
export function fail(code: ErrorCode): never {
  let error = errors.get(code);
  if (error === undefined) {
    error = new FileSystemError(code);
    errors.set(code, error);
  }
  throw error;
}

/** Aliases of codes on other systems. */
const OTHER_NAMES: Readonly<Record<string, ErrorCode>> = {
  EWOULDBLOCK: "EAGAIN",
  EOPNOTSUPP: "ENOTSUP",
};

/** Errors that Deno reports without a name, by OS error number. */
const UNNAMED: Readonly<Record<string, ErrorCode>> = {
  26: "ETXTBSY",
  27: "EFBIG",
};

const KNOWN: ReadonlySet<string> = new Set(ERROR_CODES);

/**
 * The code of an error from this layer or the host's file system; `undefined`
 * for anything else, such as a stop or an internal bug.
 */
export function codeOf(error: unknown): ErrorCode | undefined {
  if (error instanceof FileSystemError) return error.code;
  if (!(error instanceof Error)) return undefined;
  const code: unknown = (error as { code?: unknown }).code;
  if (typeof code === "string" && code.startsWith("E") && !code.includes("_")) {
    return OTHER_NAMES[code] ?? (isErrorCode(code) ? code : "EIO");
  }
  if (error instanceof Deno.errors.NotCapable) return "ENOTCAPABLE";
  for (const [type, name] of classes()) {
    if (error instanceof type) return name;
  }
  return unnamed(error);
}

/** The number precedes the path, which may contain anything. */
function unnamed({ message }: Error): ErrorCode | undefined {
  const number = /^[^(]*\(os error (\d+)\)/.exec(message)?.[1];
  return number === undefined ? undefined : UNNAMED[number] ?? "EIO";
}

function isErrorCode(name: string): name is ErrorCode {
  return KNOWN.has(name);
}

/** Deno's error classes for the few errors without a code. */
function classes(): [new (message?: string) => Error, ErrorCode][] {
  return [
    [Deno.errors.NotFound, "ENOENT"],
    [Deno.errors.AlreadyExists, "EEXIST"],
    [Deno.errors.PermissionDenied, "EACCES"],
    [Deno.errors.FilesystemLoop, "ELOOP"],
    [Deno.errors.NotADirectory, "ENOTDIR"],
    [Deno.errors.IsADirectory, "EISDIR"],
    [Deno.errors.BadResource, "EBADF"],
    [Deno.errors.WouldBlock, "EAGAIN"],
    [Deno.errors.InvalidData, "EILSEQ"],
  ];
}

/** Encodes an outcome as a number; 0 is success. */
export function encodeOutcome(code: ErrorCode | undefined): number {
  return code === undefined ? 0 : ERROR_CODES.indexOf(code) + 1;
}

/** Decodes an outcome; EIO for an unknown number. */
export function decodeOutcome(value: number): ErrorCode | undefined {
  return value === 0 ? undefined : ERROR_CODES[value - 1] ?? "EIO";
}
