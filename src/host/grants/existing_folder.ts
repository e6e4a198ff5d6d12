/** Refuses grants of paths that are not folders. */

import { isGranted } from "./worker_permissions.ts";

/**
 * Checks that a path leads to a folder. A mistyped path would look like an
 * empty folder to guests.
 *
 * @throws {TypeError} when it does not, as far as this process can tell.
 */
export function checkFolder(path: string): void {
  // Checking without the permission would prompt the user.
  const why = isGranted("read", path) ? whyNoFolder(path) : undefined;
  if (why === undefined) return;
  throw new TypeError(`Cannot grant ${JSON.stringify(path)}: ${why}`);
}

function whyNoFolder(path: string): string | undefined {
  try {
    return Deno.statSync(path).isDirectory ? undefined : "it is not a folder";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "there is no such folder";
    if (error instanceof Deno.errors.NotADirectory) {
      return "it is not in a folder";
    }
    // For example, a link to a path that this process may not read.
    return undefined;
  }
}
