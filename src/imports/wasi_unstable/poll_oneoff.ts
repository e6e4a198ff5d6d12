/** Waiting, in the first snapshot of WASI. */

import { poll, type SubscriptionLayout } from "../wasi/poll_oneoff.ts";
import type { WasiContext } from "../wasi/wasi_context.ts";

/**
 * Clock subscriptions have a guest-chosen identifier before the clock id.
 *
 * ```text
 *   subscription to a clock, 56 bytes
 *   0          8     16           24         32        40          48      50
 *   ┌──────────┬─────┬────────────┬──────────┬─────────┬───────────┬───────┬─────
 *   │ userdata │ tag │ identifier │ clock id │ timeout │ precision │ flags │ 0 …
 *   └──────────┴─────┴────────────┴──────────┴─────────┴───────────┴───────┴─────
 * ```
 *
 * @see https://github.com/WebAssembly/WASI/blob/main/legacy/preview0/docs.md#subscription
 */
const FIRST_SNAPSHOT: SubscriptionLayout = {
  bytes: 56,
  clockId: 24,
  timeout: 32,
  clockFlags: 48,
};

/** As in preview 1, with longer subscriptions. */
export const pollFunctions = {
  poll_oneoff(
    context: WasiContext,
    input: number,
    output: number,
    count: number,
    happened: number,
  ): void {
    poll(context, FIRST_SNAPSHOT, input, output, count, happened);
  },
};
