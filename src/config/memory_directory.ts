/** An in-memory directory of a call. */

import type { MemoryDirectory } from "../contract/system_grants.ts";
import { checkGuestPath } from "./guest_path.ts";
import { checkKnown, checkObject, checkWhole } from "./option_checks.ts";
import { quote } from "../quote.ts";

export type { MemoryDirectory };

/** Options of {@linkcode SandboxConfigBuilder.memoryDirectory}. */
export interface MemoryDirectoryOptions {
  /** The total size limit of its files, in bytes; 16 MiB by default. */
  readonly maxBytes?: number;
}

const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;
/** Its contents are sent through shared memory with the result. */
const LARGEST_MAX_BYTES = 2 ** 28;

/**
 * Checks and copies a grant.
 *
 * @param option The name of the option, for the message.
 * @throws {TypeError} when a part of it is invalid.
 * @throws {RangeError} when `maxBytes` is out of range.
 */
export function checkMemoryDirectory(
  guest: string,
  files: Readonly<Record<string, Uint8Array | string>>,
  options: MemoryDirectoryOptions,
  option = "memoryDirectory",
): MemoryDirectory {
  checkObject(option, files);
  checkObject(option, options);
  checkKnown(option, options, ["maxBytes"]);
  const { maxBytes = DEFAULT_MAX_BYTES } = options;
  checkWhole(`${option} maxBytes`, maxBytes, 0, LARGEST_MAX_BYTES);
  const copies = Object.entries(files).map(([path, content]) =>
    [checkFilePath(option, path), bytesOf(option, path, content)] as const
  );
  const total = copies.reduce((sum, [, bytes]) => sum + bytes.length, 0);
  if (total > maxBytes) {
    throw wrong(option, `files have ${total} bytes, maxBytes is ${maxBytes}`);
  }
  return Object.freeze({
    guest: checkGuestPath(option, guest),
    files: Object.freeze(Object.fromEntries(copies)),
    maxBytes,
  });
}

function checkFilePath(option: string, path: string): string {
  const names = path.split("/");
  const isPlain = names.every((name) =>
    name !== "" && name !== "." && name !== ".." && !name.includes("\0")
  );
  if (!isPlain) {
    throw wrong(
      option,
      `file path ${quote(path)} is not relative, or holds ".", ".." or NUL`,
    );
  }
  return path;
}

function bytesOf(
  option: string,
  path: string,
  content: Uint8Array | string,
): Uint8Array {
  if (typeof content === "string") return new TextEncoder().encode(content);
  if (content instanceof Uint8Array) return new Uint8Array(content);
  throw wrong(option, `file ${quote(path)} is neither bytes nor text`);
}

function wrong(option: string, why: string): TypeError {
  return new TypeError(`Cannot set ${option}: ${why}`);
}
