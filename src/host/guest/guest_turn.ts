/** Waiting for a guest, and seeing to what it asks meanwhile. */

import { SpinHabit } from "../../channel/spin_habit.ts";
import type { HostEnd } from "../../channel/host_end.ts";
import { WorkerLost } from "../../errors.ts";
import { Timer } from "../../timer.ts";
import type { QuestionDesk } from "./question_desk.ts";
import { GuestWatch } from "./guest_watch.ts";
import type { Wakefulness } from "./wakefulness.ts";

/** How soon to look again at a worker that is lost. */
const LOST_MS = 10;

/**
 * Looks after a guest: says in how many milliseconds to look again, or that the
 * worker is lost.
 */
export type LookAfter = () => number | WorkerLost;

/** The guest's turns, one after the other. */
export class GuestTurn {
  readonly #channel: HostEnd;
  readonly #desk: QuestionDesk;
  readonly #watch = new GuestWatch(() => this.#look());
  /** Of spinning for a guest's next question. */
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

  /** Begins a turn that may last so long. */
  begin(ms: number): void {
    this.#giveUpAt = performance.now() + ms;
  }

  /** Gives the guest no more than this from now. */
  shorten(ms: number): void {
    this.#giveUpAt = Math.min(this.#giveUpAt, performance.now() + ms);
  }

  /** Looks after the guest now, if it is waited for. */
  lookNow(): void {
    this.#watch.lookNow();
  }

  /** Ends this turn and every later one: the worker is lost. */
  lose(loss: WorkerLost): void {
    this.#loss ??= loss;
    this.#channel.ring();
  }

  /** No turn follows: nothing of this keeps a timer. */
  end(): void {
    this.#watch.stop();
  }

  /**
   * Whether it is the host's turn; sees to questions for as long as it is worth
   * staying awake for.
   */
  isBack(wakefulness: Wakefulness): boolean {
    const { questions } = this.#channel;
    // Whether the guest has its reply, and is expected to ask again.
    let isExpected = false;
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
      isExpected = !questions.isUnderWay && this.#habit.shallSpin() &&
        wakefulness.stayForMore();
    } while (wakefulness.isAwake);
    if (isExpected) this.#habit.learn(false);
    return false;
  }

  /**
   * Waits until it is the host's turn; says why the worker is lost, if it is.
   * A timer looks after it, and keeps the process alive.
   *
   * A guest that answers in time costs one promise here, that of the bell; what
   * else may end the wait rings the same bell.
   */
  async untilBack(
    wakefulness: Wakefulness,
    lookAfter: LookAfter,
  ): Promise<WorkerLost | undefined> {
    this.#lookAfter = lookAfter;
    this.#watch.begin();
    try {
      for (;;) {
        const { bell } = this.#channel;
        if (this.isBack(wakefulness)) return undefined;
        if (this.#loss) return this.#loss;
        const rung = this.#channel.rung(bell);
        if (rung) await rung;
        else if (wakefulness.isTired) await eventLoopTurn();
        else continue;
        wakefulness.rested();
      }
    } finally {
      this.#watch.end();
    }
  }

  #look(): number | undefined {
    const found = this.#lookAfter?.();
    if (found === undefined || typeof found === "number") return found;
    this.lose(found);
    // The bell alone keeps no process alive until whoever waits has woken.
    return LOST_MS;
  }
}

/** Resolves after timers and input have had their turn. */
function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => void new Timer(0, resolve));
}
