/** Whether workers can be started from where this package's files are. */

import { PermissionDenied, WorkerLost } from "../errors.ts";

/** Where this file is, unless somebody has bundled it without the others. */
const OWN_NAME = "/src/host/own_files.ts";

let isChecked = false;

/**
 * Checks that the modules of workers can be loaded: nothing that a worker
 * reports later says why they can't.
 *
 * @param worker Where the first worker's module is.
 * @throws {WorkerLost} when this package is part of a bundle.
 * @throws {PermissionDenied} when this process may not read the files of the
 * package, and they are local.
 */
export function checkOwnFiles(worker: URL): void {
  if (isChecked) return;
  checkLocation(new URL("./own_files.ts", import.meta.url).href, worker);
  isChecked = true;
}

/**
 * The same for another place.
 *
 * @param url Where this file would be.
 * @param worker Where the worker's module would be: among the sources, or among
 * the files of our own bundle.
 */
export function checkLocation(url: string, worker: URL): void {
  if (!new URL(url).pathname.endsWith(OWN_NAME)) {
    throw new WorkerLost(
      "Cannot start a worker: @cortexai/sandbox is in a bundle, and its workers' files are not; bundle with --external @cortexai/sandbox, or use deno compile",
    );
  }
  // What is compiled in is read without a permission.
  if (worker.protocol !== "file:" || Deno.build.standalone) return;
  const sources = new URL("../", url);
  const isSource = worker.href.startsWith(sources.href);
  const path = isSource ? sources : new URL("./", worker);
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
