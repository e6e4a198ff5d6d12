/** Where relative paths of one call lead. */

import { checkGuestPath } from "./guest_path.ts";
import type { SandboxConfig } from "./sandbox_config.ts";
import { quote } from "../quote.ts";

/**
 * Checks the working directory of a call: a folder that the guest has, or one
 * in it.
 *
 * @param brought The directories that the call brings files for.
 * @throws {TypeError} when it is no path, or the guest has no such folder.
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
