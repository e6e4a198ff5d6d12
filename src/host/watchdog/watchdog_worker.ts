/**
 * Entry point of the watchdog thread. It sleeps until the earliest deadline and
 * stops that guest, however busy the host's event loop is.
 */

import { StopPage } from "../../stop_page.ts";
import { Deadline, NEVER, toMicroseconds } from "./deadline.ts";
import {
  type HostClock,
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
/** The offset from this thread's clock to the host's, in milliseconds. */
let clockOffset: number | undefined;

scope.onmessage = ({ data }) => {
  received++;
  switch (data.type) {
    case "start":
      slots = new BigInt64Array(data.page);
      // This thread's clock started before the host could post anything. The
      // host may be busy from now on, so this estimate must do until it
      // answers.
      clockOffset = hostClockOffset(data, data.now);
      askedForTime = performance.now();
      scope.postMessage({ type: "clock" });
      break;
    case "clock":
      clockOffset = hostClockOffset(data, data.now - askedForTime);
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
 * Threads have different time origins. The origins give the offset, unless the
 * system clock was set in between: then it is bounded by the known order of
 * events.
 */
function hostClockOffset(
  { timeOrigin, now }: HostClock,
  most: number,
): number {
  const least = now - performance.now();
  const byOrigins = performance.timeOrigin - timeOrigin;
  return Math.min(Math.max(byOrigins, least), most);
}

/** Fires deadlines until there is a message to read. */
function watch(page: BigInt64Array<SharedArrayBuffer>, offset: number): void {
  for (;;) {
    const signal = Atomics.load(page, WatchdogSlot.signal);
    if (Atomics.load(page, WatchdogSlot.mail) !== received) return;
    // While this scans, arming a deadline always signals: whichever side comes
    // second sees what the other has written.
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
