/** Starts workers that do not keep the process alive. */

import "./deno_version.ts";
import { checkOwnFiles } from "./own_files.ts";

/**
 * The entry modules of workers, as imports that are never executed.
 *
 * A worker is referenced by its URL, which tools don't see: `deno cache` and
 * `deno compile` would leave it out. It would also download its own modules,
 * from a thread that soon blocks; then other workers may wait forever for that
 * download.
 */
export const WORKER_ENTRIES: readonly (() => Promise<unknown>)[] = [
  () => import("./overlay/overlay_worker.ts"),
  () => import("./watchdog/watchdog_worker.ts"),
  // deno-lint-ignore layers/imports -- seen by tools, and never made
  () => import("../guest/worker.ts"),
  // deno-lint-ignore layers/imports -- seen by tools, and never made
  () => import("../tool/preparing/preparing_worker.ts"),
  // deno-lint-ignore layers/imports -- seen by tools, and never made
  () => import("../network/fetching_worker.ts"),
];

/**
 * Starts a module worker that does not keep the event loop alive.
 *
 * Deno has no public API for this, and waits forever for a worker that is
 * blocked or busy. The method that its own `node:worker_threads` uses is the
 * only symbol without a description on the prototype; if a later version lacks
 * it, the only difference is that a process with an unclosed sandbox does not
 * exit.
 *
 * @throws {WorkerLost} when no workers can be created.
 * @throws {PermissionDenied} when this process may not create them.
 */
export function startBackgroundWorker(
  url: URL,
  permissions: Deno.PermissionOptions,
): Worker {
  checkOwnFiles(url);
  const worker = new Worker(url, {
    type: "module",
    deno: { permissions },
  });
  const refSymbol = Object.getOwnPropertySymbols(Worker.prototype)
    .find((symbol) => symbol.description === undefined);
  if (refSymbol) {
    const methods = worker as unknown as Record<
      symbol,
      ((ref: boolean) => void) | undefined
    >;
    methods[refSymbol]?.(false);
  }
  return worker;
}
