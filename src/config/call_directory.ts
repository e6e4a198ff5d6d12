/** Checks the working directory of one call. */

import { checkGuestPath } from "./guest_path.ts";
import type { SandboxConfig } from "./sandbox_config.ts";
import { quote } from "../quote.ts";

/**
 * Checks the working directory of a call: a folder of the guest, or a directory
 * inside one.
 *
 * @param brought The directories for which the call supplies files.
 * @throws {TypeError} when it is not a valid path, or not in a folder of the
 * guest.
 */
export function checkCallDirectory(
  given: string,
  config: SandboxConfig,
  brought: readonly string[],
): string {
  const guest = checkGuestPath("workingDirectory", given);
  const { allowedPaths, memoryDirectories, workingDirectory } = config;
  const folders = [
    ...[...allowedPaths, ...memoryDirectories].map((one) => one.guest),
    ...brought,
    ...workingDirectory === undefined ? [] : [workingDirectory],
  ];
  if (guest === "/") return guest;
  const why = folders.includes("/")
    ? `"/" is granted, and relative paths lead there and not to`
    : folders.some((folder) => `${guest}/`.startsWith(`${folder}/`))
    ? undefined
    : "no folder is granted at";
  if (why === undefined) return guest;
  throw new TypeError(`Cannot set workingDirectory: ${why} ${quote(guest)}`);
}
