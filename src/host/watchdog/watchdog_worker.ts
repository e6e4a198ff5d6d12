/**
 * The entry of the watchdog thread. It sleeps until the earliest deadline and
 * stops the guest whose deadline it is, however busy the host's own event loop
 * may be.
 */

import { StopPage } from "../../stop_page.ts";
import { Deadline, NEVER, toMicroseconds } from "./deadline.ts";
import {
  type WatchdogMessage,
  type WatchdogReport,
  WatchdogSlot,
} from "./watchdog_page.ts";

/** The part of the worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<WatchdogMessage>) => void) | null;
  postMessage(message: WatchdogReport): void;
  close(): void;
}

const scope = globalThis as unknown as WorkerScope;

const deadlines = new Map<number, Deadline>();
let slots: BigInt64Array<SharedArrayBuffer> | undefined;
let received = 0n;
let askedForTime = 0;
/** What to add to this thread's clock to get the host's, in milliseconds. */
let clockOffset: number | undefined;

scope.onmessage = ({ data }) => {
  received++;
  switch (data.type) {
    case "start":
      slots = new BigInt64Array(data.page);
      askedForTime = performance.now();
      scope.postMessage({ type: "clock" });
      break;
    case "clock":
      clockOffset = hostClockOffset(data.timeOrigin, data.now);
      scope.postMessage({ type: "ready" });
      break;
    case "watch":
      deadlines.set(data.id, new Deadline(new StopPage(data.stopPage)));
      break;
    case "unwatch":
      deadlines.delete(data.id);
      break;
    case "close":
      scope.postMessage({ type: "closed" });
      scope.close();
      return;
  }
  if (slots && clockOffset !== undefined) watch(slots, clockOffset);
};

/**
 * Threads count time from different origins. The origins tell the difference,
 * unless the system's clock was set between the two starts: then the answer's
 * round trip bounds it.
 */
function hostClockOffset(timeOrigin: number, now: number): number {
  const least = now - performance.now();
  const most = now - askedForTime;
  const byOrigins = performance.timeOrigin - timeOrigin;
  return Math.min(Math.max(byOrigins, least), most);
}

/** Fires deadlines until there is a message to read. */
function watch(page: BigInt64Array<SharedArrayBuffer>, offset: number): void {
  for (;;) {
    const signal = Atomics.load(page, WatchdogSlot.signal);
    if (Atomics.load(page, WatchdogSlot.mail) !== received) return;
    // While this looks around, an armed deadline always signals: whichever of
    // the two sides comes second sees what the other has written.
    Atomics.store(page, WatchdogSlot.planned, NEVER);
    const now = toMicroseconds(performance.now() + offset);
    let next = NEVER;
    for (const deadline of deadlines.values()) {
      deadline.fireIfDue(now);
      if (deadline.at < next) next = deadline.at;
    }
    Atomics.store(page, WatchdogSlot.planned, next);
    const waitMs = next === NEVER ? Infinity : Number(next - now) / 1000;
    if (waitMs > 0) Atomics.wait(page, WatchdogSlot.signal, signal, waitMs);
  }
}
