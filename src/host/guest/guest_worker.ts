/** One guest worker: started, given modules, called, closed or lost. */

import { HostEnd } from "../../channel/host_end.ts";
import { SpinHabit } from "../../channel/spin_habit.ts";
import type { CallAnswer, CallRequest } from "../../channel/layout.ts";
import type { Reply } from "../../channel/questions.ts";
import type { StateImage } from "../../contract/state_image.ts";
import { WorkerLost } from "../../errors.ts";
import { StopPage, StopReason } from "../../stop_page.ts";
import { answerLink } from "./answer_link.ts";
import type { CallOutcome } from "./call_outcome.ts";
import { CallTimes, GRACE_MS } from "./call_times.ts";
import { Deliveries } from "./deliveries.ts";
import { GuestThread } from "./guest_thread.ts";
import { GuestTurn } from "./guest_turn.ts";
import { QuestionDesk } from "./question_desk.ts";
import { Wakefulness } from "./wakefulness.ts";
import {
  type CallLimits,
  maxAnswerBytes,
  type SessionSetup,
  type WorkerModule,
  type WorkerOptions,
} from "./worker_options.ts";
import { GuestNetwork } from "../network/guest_network.ts";
import type { Watchdog, WatchedDeadline } from "../watchdog/watchdog.ts";
import { within } from "../within.ts";

/** One guest worker. It runs one call at a time. */
export class GuestWorker {
  readonly #thread: GuestThread;
  readonly #stopPage = new StopPage();
  readonly #channel: HostEnd;
  readonly #desk: QuestionDesk;
  readonly #turn: GuestTurn;
  readonly #watchdog: Watchdog;
  readonly #deliveries: Deliveries;
  readonly #deadline: WatchedDeadline;
  readonly #times: CallTimes;
  readonly #habit = new SpinHabit();
  readonly #modules = new Set<number>();
  /** Modules that the worker should drop. */
  readonly #forgotten: number[] = [];
  readonly #network: GuestNetwork;
  /** The stop reason of the call, if any. */
  #stopped: StopReason = StopReason.Running;
  #isFit = true;
  readonly #abort = () => this.stop(StopReason.Abort);
  /** Resolves when the worker serves calls. */
  readonly ready: Promise<void>;

  /**
   * @param watchdog Stops its calls at their deadlines.
   * @param onFailure Called when the worker's thread ends by itself.
   */
  constructor(
    options: WorkerOptions,
    watchdog: Watchdog,
    onFailure: () => void,
  ) {
    this.#channel = new HostEnd({
      maxRequestBytes: options.maxRequestBytes,
      maxAnswerBytes: maxAnswerBytes(options),
    }, this.#stopPage);
    this.#desk = new QuestionDesk(
      this.#channel.questions,
      {
        link: (question) => answerLink(question, options.grants),
        network: () => this.#connect(),
      },
      this.#abort,
    );
    this.#turn = new GuestTurn(this.#channel, this.#desk);
    this.#thread = new GuestThread(options.permissions, (failure) => {
      this.#turn.lose(failure);
      onFailure();
    });
    this.#deliveries = new Deliveries(this.#thread, this.#channel, this.#turn);
    this.ready = this.#thread.started;
    this.#watchdog = watchdog;
    this.#deadline = watchdog.watch(this.#stopPage);
    this.#times = new CallTimes(
      this.#channel,
      this.#stopPage,
      this.#deadline,
      this.#turn,
    );
    this.#network = new GuestNetwork(options.network, this.#stopPage);
    this.#thread.post({
      type: "start",
      stopPage: this.#stopPage.memory,
      buffers: this.#channel.buffers,
      maxResultBytes: options.maxResultBytes,
      grants: options.grants,
    });
  }

  /** Resolves when the worker's thread has ended. */
  get ended(): Promise<void> {
    return this.#thread.ended;
  }

  /** Whether another call may use the worker. */
  get isFit(): boolean {
    return this.#isFit;
  }

  /** Whether the worker knows the module already. */
  knows(id: number): boolean {
    return this.#modules.has(id);
  }

  /** Marks a module to be dropped by the worker. */
  forget(id: number): void {
    if (this.#modules.delete(id)) this.#forgotten.push(id);
  }

  /** Whether there is something to drop. */
  get isUntidy(): boolean {
    return this.#forgotten.length > 0;
  }

  /**
   * Makes the worker drop forgotten modules; returns the loss if it is lost.
   */
  async tidy(): Promise<WorkerLost | undefined> {
    const ids = this.#forgotten.splice(0);
    return await this.#deliveries.deliver({ type: "forget", ids });
  }

  /** Whether the worker is still settling after its last answer. */
  get isSettling(): boolean {
    return this.#channel.isSettling;
  }

  /** Waits until it has settled; returns the loss if it is lost. */
  async settled(): Promise<WorkerLost | undefined> {
    // It reads its messages next, so it needs one.
    return await this.#deliveries.deliverState({ type: "forget", ids: [] });
  }

  /** Opens a session with an id; returns the loss if the worker is lost. */
  async open(
    { id, module, plan }: WorkerModule,
    setup: SessionSetup,
  ): Promise<WorkerLost | undefined> {
    this.#modules.add(id);
    const message = { type: "session", id, module, plan, ...setup } as const;
    return await this.#deliveries.deliverState(message);
  }

  /**
   * Saves the state of a session.
   *
   * @throws {ExecutionFailed} when some state can't be saved.
   * @throws {WorkerLost} when the worker does not answer.
   */
  async take(id: number): Promise<StateImage> {
    return await this.#deliveries.take(id);
  }

  /** Runs a call; resolves with its outcome and never rejects. */
  async call(
    module: WorkerModule,
    request: CallRequest,
    limits: CallLimits,
  ): Promise<CallOutcome> {
    const { signal } = limits;
    this.#stopped = StopReason.Running;
    signal?.addEventListener("abort", this.#abort, { once: true });
    try {
      if (signal?.aborted) this.#abort();
      if (!this.knows(module.id) || this.#needsNetwork(module)) {
        const loss = await this.#prepare(module);
        if (loss) return { kind: "lost", error: loss, began: false };
      }
      if (this.#stopped !== StopReason.Running) {
        return { kind: "stopped", reason: this.#stopped };
      }
      this.#begin(request, limits);
      // Lets calls made in the same turn be passed on before this blocks.
      await undefined;
      const spins = limits.hostSpins && this.#habit.shallSpin();
      const wakefulness = new Wakefulness({
        isAnsweredSoon: spins,
        isAskedAgain: limits.guestSpins,
      });
      const isBack = this.#turn.isBack(wakefulness);
      if (spins) this.#habit.learn(isBack);
      const loss = isBack
        ? undefined
        : await this.#turn.untilBack(wakefulness, this.#times.look);
      const outcome = this.#end(loss);
      return outcome instanceof Promise ? await outcome : outcome;
    } catch (error) {
      return { kind: "failed", error };
    } finally {
      signal?.removeEventListener("abort", this.#abort);
    }
  }

  /**
   * Stops the current call at any stage. The stop is remembered: a call that
   * has not begun never will.
   */
  stop(reason: StopReason): void {
    if (this.#stopped === StopReason.Running) this.#stopped = reason;
    this.#stopPage.stop(reason);
    this.#turn.shorten(GRACE_MS);
    this.#turn.lookNow();
  }

  /**
   * Ends the worker, which must be idle.
   *
   * @returns whether it has ended; otherwise it is lost.
   */
  async close(): Promise<boolean> {
    this.#turn.end();
    this.#network.end();
    this.#channel.close();
    this.#deadline.unwatch();
    const ended = await within(GRACE_MS, this.ended);
    if (ended) this.#thread.terminate();
    return ended;
  }

  /**
   * Abandons a worker that does not answer. It can't be terminated, but a guest
   * that only missed its deadline stops, and then the thread ends by itself.
   */
  abandon(): void {
    this.#turn.end();
    this.#network.end();
    this.#stopPage.stop(StopReason.Shutdown);
    this.#deadline.unwatch();
    this.#channel.closeWhenBack();
    this.ended.then(() => this.#thread.terminate());
  }

  #needsNetwork({ plan }: WorkerModule): boolean {
    return plan.usesHttp && !this.#network.isReady;
  }

  /** Connects the guest to the network, which checks its grants. */
  #connect(): Reply {
    this.#network.connect();
    return { value: 0 };
  }

  /**
   * Sends the worker what it needs for a module; returns the loss if it is
   * lost.
   */
  async #prepare(module: WorkerModule): Promise<WorkerLost | undefined> {
    if (!this.knows(module.id)) {
      const message = { type: "module", ...module } as const;
      const loss = module.kept
        ? await this.#deliveries.deliverState(message)
        : await this.#deliveries.deliver(message);
      if (loss) return loss;
      this.#modules.add(module.id);
    }
    if (!this.#needsNetwork(module)) return undefined;
    const buffers = this.#network.renew();
    return await this.#deliveries.deliver({ type: "network", buffers });
  }

  /** Passes a call to the guest. */
  #begin(request: CallRequest, limits: CallLimits): void {
    const { timeoutMs, guestSpins, handlers } = limits;
    this.#stopPage.reset();
    this.#times.begin(timeoutMs);
    this.#channel.call(request, guestSpins);
    this.#isFit = false;
    this.#deadline.arm(timeoutMs);
    this.#desk.begin(handlers);
    this.#watch();
  }

  /** Arms the watchdog, without which the call must not continue. */
  #watch(): void {
    try {
      this.#watchdog.begun((ms) => this.#channel.isHostsTurnWithin(ms));
    } catch (error) {
      this.#stopPage.stop(StopReason.Shutdown);
      throw error;
    }
  }

  /** The outcome of the call, once the guest has finished or is lost. */
  #end(loss: WorkerLost | undefined): CallOutcome | Promise<CallOutcome> {
    const failure = this.#desk.end();
    this.#isFit = this.#deadline.disarm();
    if (loss) return this.#lost(loss);
    if (failure) return { kind: "failed", error: failure.error };
    // Read now: a stop while a long answer is copied has stopped nothing.
    const { reason } = this.#stopPage;
    const answer = this.#channel.answer();
    return answer instanceof Promise
      ? answer.then((copied) => this.#ending(copied, reason))
      : this.#ending(answer, reason);
  }

  #ending(answer: CallAnswer | undefined, reason: StopReason): CallOutcome {
    if (answer) return { kind: "ended", end: { answer, reason } };
    return this.#lost(new WorkerLost("Worker answered out of bounds"));
  }

  #lost(error: WorkerLost): CallOutcome {
    return { kind: "lost", error, began: !this.#channel.revoke() };
  }
}
