/** A worker that never keeps the host's process alive by itself. */

import "./deno_version.ts";
import { checkOwnFiles } from "./own_files.ts";

/**
 * The modules that workers start with, as imports that nobody ever makes.
 *
 * A worker is reached by its URL, which no tool sees: `deno cache` and `deno
 * compile` would leave it out. It would also download its own modules, from a
 * thread that soon sleeps; first runs were seen in which another worker then
 * waited for a download that never went on.
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
 * Starts a module worker that the event loop does not wait for.
 *
 * Deno offers no public way to do this for a Web Worker, and waits for a
 * worker that is blocked or busy for ever. The method that its own
 * `node:worker_threads` uses is the only unnamed symbol of the prototype;
 * where a later version has none, a process that forgets its sandbox stays
 * alive until it is closed, and nothing else changes.
 *
 * @throws {WorkerLost} when there can be no workers.
 * @throws {PermissionDenied} when this process may not have them.
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
