/** One guest worker: started, given modules, called, closed or lost. */

import { HostEnd } from "../../channel/host_end.ts";
import { SpinHabit } from "../../channel/spin_habit.ts";
import type { CallAnswer, CallRequest } from "../../channel/layout.ts";
import type {
  GuestMessage,
  HostMessage,
  KeptState,
} from "../../contract/guest_messages.ts";
import type { InstancePlan } from "../../contract/instance_plan.ts";
import type { SystemGrants } from "../../contract/system_grants.ts";
import type { StateImage } from "../../contract/state_image.ts";
import { ExecutionFailed, WorkerLost } from "../../errors.ts";
import { StopPage, StopReason } from "../../stop_page.ts";
import { overlayBytes } from "../overlay/overlay_bytes.ts";
import { answerLink } from "./answer_link.ts";
import type { CallOutcome } from "./call_outcome.ts";
import { GuestTurn } from "./guest_turn.ts";
import { startBackgroundWorker } from "../background_worker.ts";
import { QuestionDesk, type QuestionHandlers } from "./question_desk.ts";
import { Wakefulness } from "./wakefulness.ts";
import type { Network, NetworkConnection } from "../network/network.ts";
import type { Watchdog, WatchedDeadline } from "../watchdog/watchdog.ts";
import { within } from "../within.ts";
import type { WorkerPermissions } from "../grants/worker_permissions.ts";

/** How long a stopped guest may take to answer before its worker is lost. */
const GRACE_MS = 2_000;
/** How long a worker may take to pick up a call, or it never does. */
const TAKE_MS = 5_000;
/** How long it may take to read its messages: it may have code to load. */
const DELIVER_MS = 5_000;
/** How long after its deadline the host itself stops a guest. */
const LATE_MS = 500;
/** How long it may take to make, take or put back the state of an instance. */
const STATE_MS = 30_000;
/** Room for an error record and the names of files, beside what has a limit. */
const ANSWER_SLACK_BYTES = 4 * 1024 * 1024;

/** A module as it is posted to workers. */
export interface WorkerModule {
  readonly id: number;
  readonly module: WebAssembly.Module;
  readonly plan: InstancePlan;
  /** For a snapshot: the state that every call begins in. */
  readonly kept?: KeptState | undefined;
}

/** What a session is opened with. */
export interface SessionSetup {
  readonly kept: KeptState;
  /** A plan as JSON, and the bundle of its files. */
  readonly meta: string;
  readonly bundle: Uint8Array;
  readonly rollsBack: boolean;
}

/** What every worker of a pool is made with. */
export interface WorkerOptions {
  readonly permissions: WorkerPermissions;
  readonly maxRequestBytes: number;
  readonly maxResultBytes: number;
  readonly grants: SystemGrants;
  readonly network: Network;
}

/** What a call may take, and how to wait for it. */
export interface CallLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** Whether there is a core for the guest to spin on. */
  readonly guestSpins: boolean;
  /** Whether there is, and the answer is expected within microseconds. */
  readonly hostSpins: boolean;
  readonly handlers: QuestionHandlers;
}

/** One guest worker. It runs one call at a time. */
export class GuestWorker {
  readonly #worker: Worker;
  readonly #stopPage = new StopPage();
  readonly #channel: HostEnd;
  readonly #desk: QuestionDesk;
  readonly #turn: GuestTurn;
  readonly #watchdog: Watchdog;
  readonly #deadline: WatchedDeadline;
  readonly #habit = new SpinHabit();
  readonly #modules = new Set<number>();
  /** Modules that the worker knows and shall drop. */
  readonly #forgotten: number[] = [];
  readonly #network: Network;
  /** Made for the first module that uses the network. */
  #connection: NetworkConnection | undefined;
  readonly #ended = Promise.withResolvers<void>();
  /** Why the call is to stop, if it was told to. */
  #stopped: StopReason = StopReason.Running;
  /** When the call was passed on. */
  #startedAt = 0;
  #timeoutMs = 0;
  #isFit = true;
  /** Waits for the state that the worker was asked for. */
  #taken: PromiseWithResolvers<StateImage> | undefined;
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
      { link: (question) => answerLink(question, options.grants) },
      this.#abort,
    );
    this.#turn = new GuestTurn(this.#channel, this.#desk);
    const url = new URL("../../guest/worker.ts", import.meta.url);
    this.#worker = startBackgroundWorker(url, options.permissions);
    const started = Promise.withResolvers<void>();
    this.ready = started.promise;
    this.ready.catch(() => {});
    this.#worker.onmessage = ({ data }: MessageEvent<HostMessage>) => {
      switch (data.type) {
        case "ready":
          return started.resolve();
        case "closed":
          return this.#ended.resolve();
        case "taken":
          return this.#taken?.resolve(data.image);
        case "not taken":
          return this.#taken?.reject(new ExecutionFailed(data.reason));
      }
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      const failure = new WorkerLost(`Worker failed: ${event.message}`);
      started.reject(failure);
      this.#turn.lose(failure);
      this.#ended.resolve();
      onFailure();
    };
    this.#watchdog = watchdog;
    this.#deadline = watchdog.watch(this.#stopPage);
    this.#network = options.network;
    this.#post({
      type: "start",
      stopPage: this.#stopPage.memory,
      buffers: this.#channel.buffers,
      maxResultBytes: options.maxResultBytes,
      grants: options.grants,
    });
  }

  /** Resolves when the worker's thread has ended. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Whether another call may use the worker. */
  get isFit(): boolean {
    return this.#isFit;
  }

  /** Whether the worker knows the module already. */
  knows(id: number): boolean {
    return this.#modules.has(id);
  }

  /** Marks a module as one that the worker shall drop. */
  forget(id: number): void {
    if (this.#modules.delete(id)) this.#forgotten.push(id);
  }

  /** Whether there is something to drop. */
  get isUntidy(): boolean {
    return this.#forgotten.length > 0;
  }

  /** Makes the worker drop what was forgotten; why not, if it is lost. */
  async tidy(): Promise<WorkerLost | undefined> {
    const ids = this.#forgotten.splice(0);
    return await this.#deliver({ type: "forget", ids });
  }

  /** Whether the worker is not done yet with the call that it answered. */
  get isSettling(): boolean {
    return this.#channel.isSettling;
  }

  /** Waits until it is; why it never will be, if it is lost. */
  async settled(): Promise<WorkerLost | undefined> {
    // It reads its messages next, so it needs one.
    return await this.#deliver({ type: "forget", ids: [] }, STATE_MS);
  }

  /** Opens a session under a number; why not, if the worker is lost. */
  async open(
    { id, module, plan }: WorkerModule,
    setup: SessionSetup,
  ): Promise<WorkerLost | undefined> {
    this.#modules.add(id);
    const message = { type: "session", id, module, plan, ...setup } as const;
    return await this.#deliver(message, STATE_MS);
  }

  /**
   * Takes the state of a session.
   *
   * @throws {ExecutionFailed} when there is something that can't be taken.
   * @throws {WorkerLost} when the worker does not answer.
   */
  async take(id: number): Promise<StateImage> {
    const taken = this.#taken = Promise.withResolvers<StateImage>();
    taken.promise.catch(() => {});
    const loss = await this.#deliver({ type: "take", id }, STATE_MS);
    if (loss) throw loss;
    if (!await within(GRACE_MS, taken.promise.then(nothing, nothing))) {
      throw new WorkerLost("Worker did not post the state of a session");
    }
    return await taken.promise;
  }

  /** Runs a call; what becomes of it is an outcome, never a rejection. */
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
      // Calls that were made in the same turn are passed on before this blocks.
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
        : await this.#turn.untilBack(wakefulness, this.#lookAfterCall);
      const outcome = this.#end(loss);
      return outcome instanceof Promise ? await outcome : outcome;
    } catch (error) {
      return { kind: "failed", error };
    } finally {
      signal?.removeEventListener("abort", this.#abort);
    }
  }

  /**
   * Stops the call that is running, whatever it has come to. It is remembered:
   * one that has not begun yet never does.
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
   * @returns whether it has ended; if not it is lost.
   */
  async close(): Promise<boolean> {
    this.#turn.end();
    this.#connection?.end();
    this.#channel.close();
    this.#deadline.unwatch();
    const ended = await within(GRACE_MS, this.#ended.promise);
    if (ended) this.#worker.terminate();
    return ended;
  }

  /**
   * Lets go of a worker that does not answer. It can't be ended, but a guest
   * that only missed its deadline stops, and the thread then ends by itself.
   */
  abandon(): void {
    this.#turn.end();
    this.#connection?.end();
    this.#stopPage.stop(StopReason.Shutdown);
    this.#deadline.unwatch();
    this.#endWhenBack();
    this.#ended.promise.then(() => this.#worker.terminate());
  }

  async #endWhenBack(): Promise<void> {
    for (;;) {
      const { bell } = this.#channel;
      if (this.#channel.isHostsTurn) break;
      await this.#channel.rung(bell);
    }
    this.#channel.close();
  }

  #needsNetwork({ plan }: WorkerModule): boolean {
    return plan.usesHttp && !this.#connection?.isOpen;
  }

  /** Gives the worker what it needs for a module; why not, if it is lost. */
  async #prepare(module: WorkerModule): Promise<WorkerLost | undefined> {
    if (!this.knows(module.id)) {
      const ms = module.kept ? STATE_MS : DELIVER_MS;
      const loss = await this.#deliver({ type: "module", ...module }, ms);
      if (loss) return loss;
      this.#modules.add(module.id);
    }
    if (!this.#needsNetwork(module)) return undefined;
    this.#connection?.end();
    this.#connection = this.#network.connect(this.#stopPage);
    const { buffers } = this.#connection;
    return await this.#deliver({ type: "network", buffers });
  }

  /** Posts a message and makes the worker read it. */
  async #deliver(
    message: GuestMessage,
    ms = DELIVER_MS,
  ): Promise<WorkerLost | undefined> {
    this.#post(message);
    this.#turn.begin(ms);
    this.#channel.mail();
    return await this.#untilBack();
  }

  async #untilBack(): Promise<WorkerLost | undefined> {
    const asleep = { isAnsweredSoon: false, isAskedAgain: false };
    return await this.#turn.untilBack(new Wakefulness(asleep), () => {
      const left = this.#turn.giveUpAt - performance.now();
      return left > 0
        ? left
        : new WorkerLost("Worker did not read its messages");
    });
  }

  /** Passes a call to the guest. */
  #begin(request: CallRequest, limits: CallLimits): void {
    const { timeoutMs, guestSpins, handlers } = limits;
    this.#stopPage.reset();
    this.#startedAt = performance.now();
    this.#timeoutMs = timeoutMs;
    this.#turn.begin(timeoutMs + LATE_MS + GRACE_MS);
    this.#channel.call(request, guestSpins);
    this.#isFit = false;
    this.#deadline.arm(timeoutMs);
    this.#desk.begin(handlers);
    this.#watch();
  }

  /** Has the call watched; without that it must not go on. */
  #watch(): void {
    try {
      this.#watchdog.begun((ms) => this.#channel.isHostsTurnWithin(ms));
    } catch (error) {
      this.#stopPage.stop(StopReason.Shutdown);
      throw error;
    }
  }

  /** What became of the call, now that the guest is done or lost. */
  #end(loss: WorkerLost | undefined): CallOutcome | Promise<CallOutcome> {
    const failure = this.#desk.end();
    this.#isFit = this.#deadline.disarm();
    if (loss) return this.#lost(loss);
    if (failure) return { kind: "failed", error: failure.error };
    // What comes while a long answer is copied has stopped nothing.
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

  /**
   * Looks after a call when the timer is due: whether the worker ever took it,
   * whether the watchdog has stopped it in time, whether it answers at all.
   */
  readonly #lookAfterCall = (): number | WorkerLost => {
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
    const times = [takeBy, lateAt, this.#turn.giveUpAt].filter((at) =>
      at > now
    );
    return Math.min(...times) - now;
  };

  #post(message: GuestMessage): void {
    this.#worker.postMessage(message);
  }
}

function nothing(): void {}

function maxAnswerBytes({ maxResultBytes, grants }: WorkerOptions): number {
  const files = grants.memoryDirectories
    .reduce((sum, { maxBytes }) => sum + maxBytes, 0);
  const overlays = overlayBytes(grants.directories);
  const output = 2 * grants.maxOutputBytes;
  const scratch = grants.maxScratchBytes;
  return maxResultBytes + output + files + scratch + overlays +
    ANSWER_SLACK_BYTES;
}
