/** Guest paths: absolute, with forward slashes on every host. */

import { quote } from "../quote.ts";

/**
 * The guest path without doubled or trailing slashes.
 *
 * @throws {TypeError} when it is not absolute, or contains `..`.
 */
export function checkGuestPath(option: string, guest: string): string {
  if (typeof guest !== "string" || !guest.startsWith("/")) {
    throw new TypeError(
      `Cannot set ${option}: guest path ${quote(guest)} is not absolute`,
    );
  }
  const names = guest.split("/").filter((name) => name !== "");
  if (names.some((n) => n === "." || n === ".." || n.includes("\0"))) {
    throw new TypeError(
      `Cannot set ${option}: guest path ${quote(guest)} holds ".", ".." or NUL`,
    );
  }
  return `/${names.join("/")}`;
}
