/** Delivers messages to a guest worker between its calls. */

import type { HostEnd } from "../../channel/host_end.ts";
import type { GuestMessage } from "../../contract/guest_messages.ts";
import type { StateImage } from "../../contract/state_image.ts";
import { WorkerLost } from "../../errors.ts";
import { within } from "../within.ts";
import { GRACE_MS } from "./call_times.ts";
import type { GuestThread } from "./guest_thread.ts";
import type { GuestTurn } from "./guest_turn.ts";
import { Wakefulness } from "./wakefulness.ts";

/** How long it may take to read its messages, as it may have to load code. */
const DELIVER_MS = 5_000;
/** How long it may take to create, save or restore the state of an instance. */
const STATE_MS = 30_000;

/** Posts messages and waits until they are read. */
export class Deliveries {
  readonly #thread: GuestThread;
  readonly #channel: HostEnd;
  readonly #turn: GuestTurn;

  constructor(thread: GuestThread, channel: HostEnd, turn: GuestTurn) {
    this.#thread = thread;
    this.#channel = channel;
    this.#turn = turn;
  }

  /** Makes the worker read a message; returns the loss if it is lost. */
  async deliver(message: GuestMessage): Promise<WorkerLost | undefined> {
    return await this.#within(DELIVER_MS, message);
  }

  /** The same for a message that creates or restores an instance's state. */
  async deliverState(message: GuestMessage): Promise<WorkerLost | undefined> {
    return await this.#within(STATE_MS, message);
  }

  /**
   * Saves the state of a session.
   *
   * @throws {ExecutionFailed} when some state can't be saved.
   * @throws {WorkerLost} when the worker does not answer.
   */
  async take(id: number): Promise<StateImage> {
    const taken = this.#thread.nextState();
    const loss = await this.deliverState({ type: "take", id });
    if (loss) throw loss;
    if (!await within(GRACE_MS, taken.then(nothing, nothing))) {
      throw new WorkerLost("Worker did not post the state of a session");
    }
    return await taken;
  }

  async #within(
    ms: number,
    message: GuestMessage,
  ): Promise<WorkerLost | undefined> {
    this.#thread.post(message);
    this.#turn.begin(ms);
    this.#channel.mail();
    const asleep = { isAnsweredSoon: false, isAskedAgain: false };
    return await this.#turn.untilBack(new Wakefulness(asleep), () => {
      const left = this.#turn.giveUpAt - performance.now();
      return left > 0
        ? left
        : new WorkerLost("Worker did not read its messages");
    });
  }
}

function nothing(): void {}
