/** Whether workers can be started from where this package's files are. */

import { PermissionDenied, WorkerLost } from "../errors.ts";

/** Where this file is, as long as it is a file of its own. */
const OWN_NAME = "/src/host/own_files.ts";

let isChecked = false;

/**
 * Checks that the modules of workers can be loaded: nothing that a worker
 * reports later says why they can't.
 *
 * @throws {WorkerLost} when this package is part of a bundle.
 * @throws {PermissionDenied} when this process may not read the files of the
 * package, and they are local.
 */
export function checkOwnFiles(): void {
  if (isChecked) return;
  checkLocation(import.meta.url);
  isChecked = true;
}

/**
 * The same for another place.
 *
 * @param url Where this file would be.
 */
export function checkLocation(url: string): void {
  if (!new URL(url).pathname.endsWith(OWN_NAME)) {
    throw new WorkerLost(
      "Cannot start a worker: @cortexai/sandbox is in a bundle, and its workers' files are not; bundle with --external @cortexai/sandbox, or use deno compile",
    );
  }
  // What is compiled in is read without a permission.
  if (!url.startsWith("file:") || Deno.build.standalone) return;
  const path = new URL("../", url);
  const query = { name: "read", path } as const;
  if (Deno.permissions.querySync(query).state === "granted") return;
  // Somebody may be there to be asked.
  if (Deno.permissions.requestSync(query).state === "granted") return;
  throw new PermissionDenied(
    `Cannot start a worker: this process may not read the files of @cortexai/sandbox, add --allow-read=${
      decodeURIComponent(path.pathname)
    }`,
  );
}
