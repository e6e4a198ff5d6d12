/** The host's handle of a watchdog thread. */

import { startBackgroundWorker } from "../background_worker.ts";
import { within } from "../within.ts";
import {
  type HostClock,
  WATCHDOG_PAGE_BYTES,
  type WatchdogMessage,
  type WatchdogReport,
  WatchdogSlot,
} from "./watchdog_page.ts";

/** How long the thread may take to end before it is abandoned. */
const GRACE_MS = 2_000;

/** A watchdog's thread. */
export class WatchdogThread {
  readonly #worker: Worker;
  readonly #slots: BigInt64Array<SharedArrayBuffer>;
  readonly #closed = Promise.withResolvers<void>();

  /** @param onFailure Called when the thread ends by itself. */
  constructor(onFailure: () => void) {
    const page = new SharedArrayBuffer(WATCHDOG_PAGE_BYTES);
    this.#slots = new BigInt64Array(page);
    const url = new URL("./watchdog_worker.ts", import.meta.url);
    this.#worker = startBackgroundWorker(url, "none");
    this.#worker.onmessage = ({ data }: MessageEvent<WatchdogReport>) => {
      if (data.type === "closed") this.#closed.resolve();
      else this.post({ type: "clock", ...hostClock() });
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#closed.resolve();
      onFailure();
    };
    this.post({ type: "start", page, ...hostClock() });
  }

  /** Its next planned wake-up, in microseconds. */
  get planned(): bigint {
    return Atomics.load(this.#slots, WatchdogSlot.planned);
  }

  /** Wakes it. */
  signal(): void {
    Atomics.add(this.#slots, WatchdogSlot.signal, 1n);
    Atomics.notify(this.#slots, WatchdogSlot.signal);
  }

  /** Posts a message, and wakes it to read it. */
  post(message: WatchdogMessage): void {
    // Counted before it is posted: the watchdog must never have received more
    // than was counted, or it would wait for a message that does not come.
    Atomics.add(this.#slots, WatchdogSlot.mail, 1n);
    this.signal();
    this.#worker.postMessage(message);
  }

  /** Ends the thread; false if it does not end, and is abandoned. */
  async close(): Promise<boolean> {
    this.post({ type: "close" });
    const ended = await within(GRACE_MS, this.#closed.promise);
    if (ended) this.#worker.terminate();
    return ended;
  }
}

function hostClock(): HostClock {
  return { timeOrigin: performance.timeOrigin, now: performance.now() };
}
