/** Host paths given as options. */

import { quote } from "../quote.ts";
import { fromFileUrl } from "./host_path.ts";

/**
 * The path of a host option.
 *
 * @throws {TypeError} when it is empty, not a path, or not a file URL.
 */
export function checkHostPath(option: string, host: string | URL): string {
  const path = host instanceof URL ? fileUrlPath(option, host) : host;
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw new TypeError(
      `Cannot set ${option}: host path ${quote(host)} is empty or not a path`,
    );
  }
  return path;
}

function fileUrlPath(option: string, url: URL): string {
  if (url.protocol !== "file:") {
    throw new TypeError(
      `Cannot set ${option}: ${quote(url)} is not a file URL`,
    );
  }
  return fromFileUrl(url);
}
