/** Supervises the timing of a call: that it is taken, stopped and answered. */

import type { HostEnd } from "../../channel/host_end.ts";
import { WorkerLost } from "../../errors.ts";
import { type StopPage, StopReason } from "../../stop_page.ts";
import type { WatchedDeadline } from "../watchdog/watchdog.ts";
import type { GuestTurn } from "./guest_turn.ts";

/** How long a stopped guest may take to answer before its worker is lost. */
export const GRACE_MS = 2_000;
/** How long a worker may take to pick up a call before it is lost. */
const TAKE_MS = 5_000;
/** How long after its deadline the host itself stops a guest. */
const LATE_MS = 500;

/** The times of a worker's current call. */
export class CallTimes {
  readonly #channel: HostEnd;
  readonly #stopPage: StopPage;
  readonly #deadline: WatchedDeadline;
  readonly #turn: GuestTurn;
  /** When the call was passed to the worker. */
  #startedAt = 0;
  #timeoutMs = 0;

  constructor(
    channel: HostEnd,
    stopPage: StopPage,
    deadline: WatchedDeadline,
    turn: GuestTurn,
  ) {
    this.#channel = channel;
    this.#stopPage = stopPage;
    this.#deadline = deadline;
    this.#turn = turn;
  }

  /** Starts a call with a time limit. */
  begin(timeoutMs: number): void {
    this.#startedAt = performance.now();
    this.#timeoutMs = timeoutMs;
    this.#turn.begin(timeoutMs + LATE_MS + GRACE_MS);
  }

  /**
   * Checks, when the timer is due, whether the worker took the call, whether
   * the watchdog stopped it in time, and whether it answers.
   */
  readonly look = (): number | WorkerLost => {
    const now = performance.now();
    const takeBy = this.#startedAt + TAKE_MS;
    const lateAt = this.#startedAt + this.#timeoutMs + LATE_MS;
    if (now >= takeBy && this.#channel.revoke()) {
      return new WorkerLost("Worker did not take the call");
    }
    if (now >= lateAt && this.#stopPage.stop(StopReason.Deadline)) {
      this.#deadline.missed();
      this.#turn.shorten(GRACE_MS);
    }
    if (now >= this.#turn.giveUpAt) {
      return new WorkerLost("Worker did not answer");
    }
    const times = [takeBy, lateAt, this.#turn.giveUpAt]
      .filter((at) => at > now);
    return Math.min(...times) - now;
  };
}
