/** Refuses grants of what is no folder. */

import { isGranted } from "./worker_permissions.ts";

/**
 * Checks that a path leads to a folder. A mistake in it would look like an
 * empty folder to guests.
 *
 * @throws {TypeError} when it does not, as far as this process may look.
 */
export function checkFolder(path: string): void {
  // Looking without being granted to would ask the person at the terminal.
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
    // A link that leads to where this process may not look, for one.
    return undefined;
  }
}
