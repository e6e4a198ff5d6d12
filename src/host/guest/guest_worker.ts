/** One guest worker: started, given modules, called, closed or lost. */

import { HostEnd } from "../../channel/host_end.ts";
import {
  Ask,
  type CallAnswer,
  type CallRequest,
  type Question,
  type Reply,
  Turn,
} from "../../channel/layout.ts";
import type {
  GrantedDirectory,
  GuestMessage,
  HostMessage,
  InstancePlan,
  SystemGrants,
} from "../../channel/messages.ts";
import { WorkerLost } from "../../errors.ts";
import { StopPage, StopReason } from "../../stop_page.ts";
import { answerLink } from "./answer_link.ts";
import { startBackgroundWorker } from "../background_worker.ts";
import { TurnWait } from "./turn_wait.ts";
import type { Network, NetworkConnection } from "../network/network.ts";
import type { Watchdog, WatchedDeadline } from "../watchdog/watchdog.ts";
import { within } from "../within.ts";
import type { WorkerPermissions } from "../grants/worker_permissions.ts";

/** How long a stopped guest may take to answer before its worker is lost. */
const GRACE_MS = 2_000;
/**
 * How long the host's thread spins for an answer that it expects soon: longer
 * than a sleeping guest takes to wake and answer, or both would fall asleep
 * again before every call.
 */
const HOST_SPIN_US = 100;
/** Room for an error record and the names of files, beside what has a limit. */
const ANSWER_SLACK_BYTES = 4 * 1024 * 1024;

/** A module as it is posted to workers. */
export interface WorkerModule {
  readonly id: number;
  readonly module: WebAssembly.Module;
  readonly plan: InstancePlan;
}

/** What every worker of a pool is made with. */
export interface WorkerOptions {
  readonly permissions: WorkerPermissions;
  readonly maxRequestBytes: number;
  readonly maxResultBytes: number;
  readonly grants: SystemGrants;
  readonly network: Network;
}

/** Answers what a guest asks for in the middle of a call. */
export type Respond = (question: Question) => Promise<Reply>;

/** What a call may take, and how to wait for it. */
export interface CallLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** Whether the guest may spin for its next request. */
  readonly guestSpins: boolean;
  /** Whether the answer is expected within microseconds. */
  readonly hostSpins: boolean;
  readonly respond: Respond;
}

/** A call's end: what the guest answered, and why it was stopped if it was. */
export interface CallEnd {
  readonly answer: CallAnswer;
  readonly reason: StopReason;
}

/** One guest worker. It runs one call at a time. */
export class GuestWorker {
  readonly #worker: Worker;
  readonly #stopPage = new StopPage();
  readonly #channel: HostEnd;
  readonly #deadline: WatchedDeadline;
  readonly #directories: readonly GrantedDirectory[];
  readonly #modules = new Set<number>();
  readonly #network: Network;
  /** Made for the first module that uses the network. */
  #connection: NetworkConnection | undefined;
  readonly #closed = Promise.withResolvers<void>();
  /** The wait for the turn that is going on. */
  #wait: TurnWait | undefined;
  /** What the current call's `respond` threw, if it did. */
  #responseFailure: { readonly error: unknown } | undefined;
  /** Why the worker's thread ended, if it did. */
  #failure: WorkerLost | undefined;
  /** Resolves when the worker serves calls. */
  readonly ready: Promise<void>;

  constructor(options: WorkerOptions, watchdog: Watchdog) {
    this.#channel = new HostEnd({
      maxRequestBytes: options.maxRequestBytes,
      maxAnswerBytes: maxAnswerBytes(options),
    });
    const url = new URL("../../guest/worker.ts", import.meta.url);
    this.#worker = startBackgroundWorker(url, options.permissions);
    const started = Promise.withResolvers<void>();
    this.ready = Promise.all([started.promise, watchdog.ready]).then(() => {});
    this.ready.catch(() => {});
    this.#worker.onmessage = ({ data }: MessageEvent<HostMessage>) =>
      (data.type === "ready" ? started : this.#closed).resolve();
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#failure = new WorkerLost(`Worker failed: ${event.message}`);
      started.reject(this.#failure);
      this.#wait?.fail(this.#failure);
      this.#closed.resolve();
    };
    this.#deadline = watchdog.watch(this.#stopPage);
    this.#directories = options.grants.directories;
    this.#network = options.network;
    this.#post({
      type: "start",
      stopPage: this.#stopPage.memory,
      buffers: this.#channel.buffers,
      maxResultBytes: options.maxResultBytes,
      grants: options.grants,
    });
  }

  /** Whether the worker knows the module already. */
  knows(id: number): boolean {
    return this.#modules.has(id);
  }

  /**
   * Runs a call. Rejects with {@linkcode WorkerLost} when the worker does not
   * answer in time after a stop, or answers with what can't be; it must not be
   * used again then.
   */
  async call(
    module: WorkerModule,
    request: CallRequest,
    limits: CallLimits,
  ): Promise<CallEnd> {
    if (!this.#modules.has(module.id)) await this.#load(module);
    const { usesHttp } = module.plan;
    if (usesHttp && !this.#connection?.isOpen) await this.#connect();
    const { signal } = limits;
    const abort = () => this.stop(StopReason.Abort);
    this.#stopPage.reset();
    this.#responseFailure = undefined;
    signal?.addEventListener("abort", abort, { once: true });
    try {
      if (signal?.aborted) abort();
      this.#deadline.arm(limits.timeoutMs);
      this.#channel.call(request, limits.guestSpins);
      // Calls that were made in the same turn are passed on before this blocks.
      await undefined;
      if (!(limits.hostSpins && this.#channel.spin(HOST_SPIN_US))) {
        const ms = limits.timeoutMs + GRACE_MS;
        await this.#turnBack(ms, limits.respond);
      }
    } finally {
      this.#deadline.disarm();
      signal?.removeEventListener("abort", abort);
    }
    this.#throwResponseFailure();
    const answer = this.#channel.answer();
    if (!answer) throw new WorkerLost("Worker answered out of bounds");
    return { answer, reason: this.#stopPage.reason };
  }

  /** Stops the guest that is running, if one is. */
  stop(reason: StopReason): void {
    this.#stopPage.stop(reason);
    this.#wait?.shorten(GRACE_MS);
  }

  /**
   * Ends the worker, which must be idle.
   *
   * @returns whether it has ended; if not it is lost.
   */
  async close(): Promise<boolean> {
    this.#connection?.end();
    this.#channel.close();
    this.#deadline.unwatch();
    const ended = await within(GRACE_MS, this.#closed.promise);
    if (ended) this.#worker.terminate();
    return ended;
  }

  /** Lets go of a worker that does not answer. It can't be ended. */
  abandon(): void {
    this.#connection?.end();
    this.#deadline.unwatch();
    this.#worker.onmessage = null;
  }

  async #load(module: WorkerModule): Promise<void> {
    await this.#deliver({ type: "module", ...module });
    this.#modules.add(module.id);
  }

  /** Gives the worker a way to the network. */
  async #connect(): Promise<void> {
    this.#connection?.end();
    this.#connection = this.#network.connect(this.#stopPage);
    const { buffers } = this.#connection;
    await this.#deliver({ type: "network", buffers });
  }

  /** Posts a message and makes the worker read it. */
  async #deliver(message: GuestMessage): Promise<void> {
    this.#post(message);
    this.#channel.mail();
    await this.#turnBack(GRACE_MS, noQuestions);
  }

  /**
   * Waits for the answer, and responds to questions until it comes. A timer
   * sees to a worker that is lost, and keeps the process alive meanwhile.
   */
  async #turnBack(ms: number, respond: Respond): Promise<void> {
    const wait = new TurnWait(ms);
    this.#wait = wait;
    try {
      if (this.#failure) throw this.#failure;
      for (;;) {
        const turn = await Promise.race([this.#channel.turnBack(), wait.lost]);
        if (turn === Turn.Host) return;
        await Promise.race([this.#respond(respond), wait.lost]);
      }
    } finally {
      wait.end();
      this.#wait = undefined;
    }
  }

  /** Replies to a question, unless the guest is stopped meanwhile. */
  async #respond(respond: Respond): Promise<void> {
    const question = this.#channel.question();
    if (!question) throw new WorkerLost("Worker asked for what can't be");
    const answered = question.kind === Ask.Link
      ? Promise.resolve(answerLink(question, this.#directories))
      : respond(question);
    const replied = answered.then((reply) => {
      this.#channel.reply(reply);
      this.#stopPage.wake();
    }, (error) => {
      this.#responseFailure ??= { error };
      this.stop(StopReason.Abort);
    });
    await Promise.race([replied, this.#channel.questionWithdrawn()]);
  }

  #throwResponseFailure(): void {
    if (this.#responseFailure) throw this.#responseFailure.error;
  }

  #post(message: GuestMessage): void {
    this.#worker.postMessage(message);
  }
}

function maxAnswerBytes({ maxResultBytes, grants }: WorkerOptions): number {
  const files = grants.memoryDirectories
    .reduce((sum, { maxBytes }) => sum + maxBytes, 0);
  const output = 2 * grants.maxOutputBytes;
  return maxResultBytes + output + files + ANSWER_SLACK_BYTES;
}

function noQuestions(): Promise<Reply> {
  return Promise.reject(new WorkerLost("Worker asked outside of a call"));
}
