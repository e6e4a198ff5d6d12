/**
 * The memory that the host shares with the watchdog thread.
 *
 * ```text
 *   64-bit slots   ┌────────┬──────┬─────────┐
 *                  │ signal │ mail │ planned │
 *                  └────────┴──────┴─────────┘
 *     signal    changes whenever the watchdog has to look up
 *     mail      how many messages were posted to it
 *     planned   when it looks up by itself, in microseconds
 * ```
 */

/** Indices of the page's 64-bit slots. */
export const WatchdogSlot = { signal: 0, mail: 1, planned: 2 } as const;

/** Bytes of the page. */
export const WATCHDOG_PAGE_BYTES = 24;

/** The host's clock, as it is posted. */
export interface HostClock {
  /** `performance.timeOrigin` of the host. */
  readonly timeOrigin: number;
  /** `performance.now()` of the host when this was posted. */
  readonly now: number;
}

/** What is posted to the watchdog. */
export type WatchdogMessage =
  | { readonly type: "start"; readonly page: SharedArrayBuffer } & HostClock
  | { readonly type: "clock" } & HostClock
  | {
    readonly type: "watch";
    readonly id: number;
    readonly stopPage: WebAssembly.Memory;
  }
  | { readonly type: "unwatch"; readonly id: number }
  | { readonly type: "close" };

/** What the watchdog posts: it asks for the time, has ended. */
export interface WatchdogReport {
  readonly type: "clock" | "closed";
}
