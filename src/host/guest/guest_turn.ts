/** Waiting for a guest, and seeing to what it asks meanwhile. */

import type { HostEnd } from "../../channel/host_end.ts";
import { WorkerLost } from "../../errors.ts";
import type { QuestionDesk } from "./question_desk.ts";
import { type Look, TurnWait } from "./turn_wait.ts";
import type { Wakefulness } from "./wakefulness.ts";

/** The guest's turns, one after the other. */
export class GuestTurn {
  readonly #channel: HostEnd;
  readonly #desk: QuestionDesk;
  /** The wait that is going on. */
  #wait: TurnWait | undefined;
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
    this.#wait?.lookNow();
  }

  /** Ends this turn and every later one: the worker is lost. */
  lose(loss: WorkerLost): void {
    this.#loss ??= loss;
    this.#wait?.lose(this.#loss);
  }

  /**
   * Whether it is the host's turn; sees to questions for as long as it is worth
   * staying awake for.
   */
  isBack(wakefulness: Wakefulness): boolean {
    do {
      if (this.#channel.isHostsTurn) return true;
      if (this.#channel.questions.isAsked && !this.#desk.attend()) {
        this.lose(new WorkerLost("Worker asked for what can't be"));
        return false;
      }
    } while (wakefulness.isAwake);
    return false;
  }

  /**
   * Waits until it is the host's turn; says why the worker is lost, if it is.
   * A timer looks after it, and keeps the process alive.
   */
  async untilBack(
    wakefulness: Wakefulness,
    look: Look,
  ): Promise<WorkerLost | undefined> {
    const wait = this.#wait = new TurnWait(look);
    if (this.#loss) wait.lose(this.#loss);
    try {
      for (;;) {
        const { bell } = this.#channel;
        if (this.isBack(wakefulness)) return undefined;
        if (wait.loss) return wait.loss;
        const rung = this.#channel.rung(bell);
        if (rung) await wait.until(rung);
        else if (wakefulness.isTired) await wait.until(eventLoopTurn());
        else continue;
        wakefulness.rested();
      }
    } finally {
      wait.end();
      this.#wait = undefined;
    }
  }
}

/** Resolves after timers and input have had their turn. */
function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
