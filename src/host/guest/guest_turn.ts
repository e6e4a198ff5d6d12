/** Waits for a guest, and answers its questions meanwhile. */

import { SpinHabit } from "../../channel/spin_habit.ts";
import type { HostEnd } from "../../channel/host_end.ts";
import { WorkerLost } from "../../errors.ts";
import { Timer } from "../../timer.ts";
import { type QuestionDesk, REPLIED } from "./question_desk.ts";
import { GuestWatch } from "./guest_watch.ts";
import type { Wakefulness } from "./wakefulness.ts";

/** How soon to check a lost worker again. */
const LOST_MS = 10;

/**
 * Checks a guest: returns the milliseconds until the next check, or the loss of
 * the worker.
 */
export type LookAfter = () => number | WorkerLost;

/** The consecutive turns of a guest. */
export class GuestTurn {
  readonly #channel: HostEnd;
  readonly #desk: QuestionDesk;
  readonly #watch = new GuestWatch(() => this.#look());
  /** The habit of spinning for a guest's next question. */
  readonly #habit = new SpinHabit();
  #lookAfter: LookAfter | undefined;
  /** Why the worker is lost, if it is. */
  #loss: WorkerLost | undefined;
  #giveUpAt = Infinity;

  constructor(channel: HostEnd, desk: QuestionDesk) {
    this.#channel = channel;
    this.#desk = desk;
  }

  /** When the worker is lost, unless it is the host's turn by then. */
  get giveUpAt(): number {
    return this.#giveUpAt;
  }

  /** Begins a turn with a time limit. */
  begin(ms: number): void {
    this.#giveUpAt = performance.now() + ms;
  }

  /** Shortens the time limit to this, from now. */
  shorten(ms: number): void {
    this.#giveUpAt = Math.min(this.#giveUpAt, performance.now() + ms);
  }

  /** Checks the guest now, if it is being waited for. */
  lookNow(): void {
    this.#watch.lookNow();
  }

  /** Ends this turn and every later one: the worker is lost. */
  lose(loss: WorkerLost): void {
    this.#loss ??= loss;
    this.#channel.ring();
  }

  /** Releases timers, as no turn follows. */
  end(): void {
    this.#watch.stop();
  }

  /**
   * Whether it is the host's turn; answers questions as long as staying awake
   * is worthwhile.
   *
   * @param hasReply Whether a handler has just replied to the guest.
   */
  isBack(wakefulness: Wakefulness, hasReply = false): boolean {
    const { questions } = this.#channel;
    // Whether the guest has its reply, and is expected to ask again.
    let isExpected = hasReply && this.#shallStay(wakefulness);
    do {
      const isHostsTurn = this.#channel.isHostsTurn;
      if (isHostsTurn || questions.isAsked) {
        if (isExpected) this.#habit.learn(true);
        isExpected = false;
      }
      if (isHostsTurn) return true;
      if (!questions.isAsked) continue;
      if (!this.#desk.attend()) {
        this.lose(new WorkerLost("Worker sent an invalid request"));
        return false;
      }
      isExpected = !questions.isUnderWay && this.#shallStay(wakefulness);
      // A pending handler may need this thread.
    } while (wakefulness.isAwake && !questions.isUnderWay);
    if (isExpected) this.#habit.learn(false);
    return false;
  }

  /**
   * Waits until it is the host's turn; returns the loss if the worker is lost.
   * A timer checks the guest, and keeps the process alive.
   *
   * A guest that answers in time costs one promise, that of the bell; anything
   * else that ends the wait rings the same bell, except a handler's reply: only
   * this thread needs to know of it, to stay awake for the next question.
   */
  async untilBack(
    wakefulness: Wakefulness,
    lookAfter: LookAfter,
  ): Promise<WorkerLost | undefined> {
    this.#lookAfter = lookAfter;
    this.#watch.begin();
    try {
      for (let hasReply = false;;) {
        const { bell } = this.#channel;
        if (this.isBack(wakefulness, hasReply)) return undefined;
        if (this.#loss) return this.#loss;
        const rung = this.#channel.rung(bell);
        const { replied } = this.#desk;
        const end = rung &&
          await (replied ? Promise.race([replied, rung]) : rung);
        hasReply = end === REPLIED;
        if (hasReply || !rung) {
          if (!wakefulness.isTired) continue;
          // Waiting for the bell gives the event loop a turn too.
          if (hasReply && !this.#channel.questions.isAsked) continue;
          await eventLoopTurn();
        }
        wakefulness.rested();
      }
    } finally {
      this.#watch.end();
    }
  }

  #shallStay(wakefulness: Wakefulness): boolean {
    return this.#habit.shallSpin() && wakefulness.stayForMore();
  }

  #look(): number | undefined {
    const found = this.#lookAfter?.();
    if (found === undefined || typeof found === "number") return found;
    this.lose(found);
    // The bell alone keeps no process alive until whoever waits has woken.
    return LOST_MS;
  }
}

/** Resolves after a turn of the event loop. */
function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => void new Timer(0, resolve));
}
