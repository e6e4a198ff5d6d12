/** Reloads tools when a file changes. */

import type { Terminal } from "../terminal.ts";

/** Debounce delay, as editors and compilers write in several steps. */
const SETTLE_MS = 150;

/**
 * Calls `reload` after changes, one call at a time, until aborted.
 *
 * @param paths The files and folders to watch.
 */
export async function watch(
  paths: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
  reload: () => Promise<void>,
): Promise<void> {
  let isChanged = false;
  let running: Promise<void> | undefined;
  const settle = async () => {
    while (isChanged && !signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      isChanged = false;
      await reload();
    }
    running = undefined;
  };
  for await (const _ of terminal.watch(paths, signal)) {
    isChanged = true;
    running ??= settle();
  }
  await running;
}
