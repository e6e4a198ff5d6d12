import { Errno, errnoNamed, WasiError } from "./errno.ts";

/** POSIX names that preview 1 spells otherwise. */
const OTHER_NAMES: Readonly<Record<string, number>> = {
  EWOULDBLOCK: Errno.AGAIN,
  EOPNOTSUPP: Errno.NOTSUP,
  ENOTSUP: Errno.NOTSUP,
};

/**
 * The error number for what the layer or the host's file system threw, or
 * `undefined` for what is no error of a guest: a stop, or a bug of ours.
 */
export function errnoOf(error: unknown): number | undefined {
  if (error instanceof WasiError) return error.errno;
  if (!(error instanceof Error)) return undefined;
  const code: unknown = (error as { code?: unknown }).code;
  if (typeof code === "string" && code.startsWith("E") && !code.includes("_")) {
    return OTHER_NAMES[code] ?? errnoNamed(code) ?? Errno.IO;
  }
  if (error instanceof Deno.errors.NotCapable) return Errno.NOTCAPABLE;
  for (const [type, errno] of classes()) {
    if (error instanceof type) return errno;
  }
  return undefined;
}

/** Deno's classes for the few errors that come without a code. */
function classes(): [new (message?: string) => Error, number][] {
  return [
    [Deno.errors.NotFound, Errno.NOENT],
    [Deno.errors.AlreadyExists, Errno.EXIST],
    [Deno.errors.PermissionDenied, Errno.ACCES],
    [Deno.errors.FilesystemLoop, Errno.LOOP],
    [Deno.errors.NotADirectory, Errno.NOTDIR],
    [Deno.errors.IsADirectory, Errno.ISDIR],
    [Deno.errors.BadResource, Errno.BADF],
    [Deno.errors.WouldBlock, Errno.AGAIN],
    [Deno.errors.InvalidData, Errno.ILSEQ],
  ];
}
