/** The workers of one sandbox, and the calls that wait for them. */

import { PAGE_BYTES } from "../../contract/page_bytes.ts";
import type { CallRequest } from "../../channel/layout.ts";
import type { KeptState } from "../../contract/guest_messages.ts";
import {
  Busy,
  PermissionDenied,
  SandboxClosed,
  WorkerLost,
} from "../../errors.ts";
import { StopReason } from "../../stop_page.ts";
import { IdleTimer } from "../../timer.ts";
import type { CallScope } from "./call_scope.ts";
import { CallQueue } from "./call_queue.ts";
import type { CallEnd, CallOutcome } from "../guest/call_outcome.ts";
import {
  GuestWorker,
  type WorkerModule,
  type WorkerOptions,
} from "../guest/guest_worker.ts";
import type { QuestionHandlers } from "../guest/question_desk.ts";
import { LossRecord } from "./loss_record.ts";
import { MemoryPressure } from "./memory_pressure.ts";
import { Watchdog } from "../watchdog/watchdog.ts";
import { within } from "../within.ts";

/** How long a worker may take to start. */
const START_MS = 30_000;
/** How long a worker that nothing needs is kept. */
const IDLE_MS = 30_000;
/** On how many workers a call is tried that no guest has begun. */
const MAX_TRIES = 3;
/** Answers that took less are waited for awake, in milliseconds. */
const SHORT_CALL_MS = 0.1;

/** What a pool is made with. */
export interface PoolOptions extends WorkerOptions {
  readonly maxWorkers: number;
  readonly maxQueuedCalls: number;
}

/** A call for the pool. */
export interface PoolCall {
  readonly module: WorkerModule;
  readonly request: CallRequest;
  readonly timeoutMs: number;
  /** How long it may wait for a worker. */
  readonly queueMs: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** Who answers what the guest asks meanwhile. */
  readonly handlers: QuestionHandlers;
  /** Which call it is made from, if from any. */
  readonly scope?: CallScope | undefined;
}

/** A call's end, with how long it waited for a worker. */
export interface PoolCallEnd extends CallEnd {
  readonly waitedMs: number;
}

/** A call's end, with how long it waited for a worker. */
export interface PoolCallEnd extends CallEnd {
  readonly waitedMs: number;
}

/** A call that waits. */
interface WaitingCall {
  readonly call: PoolCall;
  readonly key: number;
  /** How many workers were lost before they began it. */
  tries: number;
  readonly since: number;
  readonly resolve: (end: PoolCallEnd) => void;
  readonly reject: (reason: unknown) => void;
  /** Listens to the signal while the call is in the queue. */
  abort: (() => void) | undefined;
  /** Rejects the call when it has waited for too long. */
  timer: ReturnType<typeof setTimeout> | undefined;
  isQueued: boolean;
}

/** Starts workers as calls need them and gives them out, fairly. */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #cores = navigator.hardwareConcurrency;
  /** Started with the first worker. */
  #watchdog: Watchdog | undefined;
  readonly #queue = new CallQueue<WaitingCall>();
  /** Most recently used last. */
  readonly #idle: GuestWorker[] = [];
  readonly #busy = new Map<GuestWorker, Promise<void>>();
  /** The calls that the busy ones run. */
  readonly #running = new Map<GuestWorker, PoolCall>();
  readonly #starting = new Map<GuestWorker, Promise<void>>();
  readonly #ending = new Set<Promise<void>>();
  readonly #pressure = new MemoryPressure();
  /** How long each module's last call took. */
  readonly #lastMs = new Map<number, number>();
  #idleTimer: IdleTimer | undefined;
  readonly #losses = new LossRecord();
  #closing: Promise<void> | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** How many workers did not answer and were let go. */
  get lostWorkers(): number {
    return this.#losses.count;
  }

  /** Starts a worker ahead of the first call. */
  warm(): void {
    if (!this.#closing && this.#workers === 0) this.#spawn();
  }

  /**
   * Runs a call when its turn comes.
   *
   * Rejects with the signal's reason when it is aborted while it waits,
   * {@linkcode Busy}, {@linkcode SandboxClosed}, {@linkcode PermissionDenied}
   * or {@linkcode WorkerLost}.
   */
  run(call: PoolCall): Promise<PoolCallEnd> {
    if (this.#closing) return Promise.reject(closedError());
    if (call.signal?.aborted) return Promise.reject(call.signal.reason);
    const refusal = this.#losses.refusal(call.module.id);
    if (refusal) return Promise.reject(refusal);
    if (this.#idle.length === 0 && this.#isFull()) {
      return Promise.reject(new Busy(this.#options.maxQueuedCalls));
    }
    const { promise, resolve, reject } = Promise.withResolvers<PoolCallEnd>();
    const waiting: WaitingCall = {
      call,
      key: call.module.id,
      tries: 0,
      since: performance.now(),
      resolve,
      reject,
      abort: undefined,
      timer: undefined,
      isQueued: false,
    };
    if (this.#idle.length > 0) this.#start(this.#take(waiting.key), waiting);
    else this.#wait(waiting);
    return promise;
  }

  /** Makes all workers let go of a module; calls in flight end as usual. */
  forget(module: number): void {
    this.#lastMs.delete(module);
    for (const worker of this.#busy.keys()) worker.forget(module);
    for (const worker of this.#idle.filter((one) => one.knows(module))) {
      worker.forget(module);
      this.#idle.splice(this.#idle.indexOf(worker), 1);
      this.#tidy(worker);
    }
  }

  /**
   * Stops what runs, rejects what waits and ends the workers. What still holds
   * on after the grace period is let go, and counted as lost.
   */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  get #workers(): number {
    return this.#idle.length + this.#busy.size + this.#starting.size;
  }

  /** Whether as many calls wait as may, beside those that a start is for. */
  #isFull(): boolean {
    const startable = this.#options.maxWorkers - this.#busy.size;
    return this.#queue.size - startable >= this.#options.maxQueuedCalls;
  }

  #wait(waiting: WaitingCall): void {
    const { signal } = waiting.call;
    waiting.abort = () => {
      if (!this.#queue.remove(waiting)) return;
      stopListening(waiting);
      waiting.reject(signal?.reason);
    };
    signal?.addEventListener("abort", waiting.abort, { once: true });
    if (waiting.call.queueMs !== undefined) this.#expire(waiting);
    this.#queue.add(waiting);
    waiting.isQueued = true;
    waiting.call.scope?.wait();
    if (waiting.call.scope?.isNested && this.#isStuck()) {
      return this.#refuse(waiting);
    }
    this.#dispatch();
  }

  /** Whether no worker will ever be free by itself. */
  #isStuck(): boolean {
    return this.#running.size >= this.#options.maxWorkers &&
      [...this.#running.values()].every(({ scope }) => scope?.isStuck);
  }

  /** Rejects a call that its own caller keeps from ever running. */
  #refuse(waiting: WaitingCall): void {
    this.#queue.remove(waiting);
    stopListening(waiting);
    const { maxQueuedCalls, maxWorkers } = this.#options;
    waiting.reject(
      new Busy(
        maxQueuedCalls,
        `Sandbox is busy: all its workers (${maxWorkers}) wait for host functions that call it, raise maxWorkers`,
      ),
    );
  }

  /** Rejects a call that still waits when its time in the queue is up. */
  #expire(waiting: WaitingCall): void {
    const { queueMs = 0 } = waiting.call;
    const waited = performance.now() - waiting.since;
    waiting.timer = setTimeout(() => {
      if (!this.#queue.remove(waiting)) return;
      stopListening(waiting);
      waiting.reject(
        new Busy(
          this.#options.maxQueuedCalls,
          `Sandbox is busy: the call waited ${queueMs} ms for a worker, the limit`,
        ),
      );
    }, Math.max(0, queueMs - waited));
  }

  #dispatch(): void {
    while (this.#queue.size > 0 && this.#idle.length > 0) {
      const call = this.#queue.next()!;
      this.#start(this.#take(call.key), call);
    }
    while (
      this.#starting.size < this.#queue.size &&
      this.#workers < this.#options.maxWorkers
    ) if (!this.#spawn()) return;
  }

  /** An idle worker, one that knows the module if there is one. */
  #take(module: number): GuestWorker {
    const warm = this.#idle.findLastIndex((worker) => worker.knows(module));
    return this.#idle.splice(warm, 1)[0]!;
  }

  #start(worker: GuestWorker, waiting: WaitingCall): void {
    stopListening(waiting);
    const refusal = this.#losses.refusal(waiting.key);
    if (refusal) {
      waiting.reject(refusal);
      this.#free(worker);
    } else {
      this.#busy.set(worker, this.#call(worker, waiting));
    }
  }

  async #call(worker: GuestWorker, waiting: WaitingCall): Promise<void> {
    const { call, key } = waiting;
    const waitedMs = performance.now() - waiting.since;
    this.#running.set(worker, call);
    const outcome = await worker.call(call.module, call.request, {
      timeoutMs: call.timeoutMs,
      signal: call.signal,
      handlers: call.handlers,
      guestSpins: this.#busy.size + 1 < this.#cores,
      hostSpins: this.#cores > 1 && this.#queue.size === 0 &&
        (this.#lastMs.get(key) ?? Infinity) < SHORT_CALL_MS,
    });
    this.#running.delete(worker);
    switch (outcome.kind) {
      case "ended":
        this.#lastMs.set(key, outcome.end.answer.usage.durationMs);
        waiting.resolve({ ...outcome.end, waitedMs });
        return await this.#settle(worker, call.module, outcome.end);
      case "failed":
        this.#release(worker);
        return waiting.reject(outcome.error);
      case "stopped":
        this.#release(worker);
        return waiting.reject(stopError(outcome.reason, call.signal));
      case "lost":
        this.#busy.delete(worker);
        this.#lose(worker, key);
        return this.#recover(waiting, outcome);
    }
  }

  /**
   * Lets a worker go on once it has put back the state of a snapshot: what it
   * keeps for the next call is no memory that it drops.
   */
  async #settle(
    worker: GuestWorker,
    { id, kept }: WorkerModule,
    { answer }: CallEnd,
  ): Promise<void> {
    const { memoryBytes } = answer.usage;
    const isKept = kept && memoryBytes <= keptBytes(kept);
    if (worker.isSettling) {
      const loss = await worker.settled();
      if (loss) {
        this.#busy.delete(worker);
        this.#lose(worker, id);
        return this.#dispatch();
      }
    }
    this.#release(worker, isKept ? 0 : memoryBytes);
  }

  /** Lets another worker run a call that none has begun. */
  #recover(
    waiting: WaitingCall,
    { error, began }: Extract<CallOutcome, { kind: "lost" }>,
  ): void {
    const { signal } = waiting.call;
    const refusal = this.#losses.refusal(waiting.key);
    if (began || refusal || ++waiting.tries >= MAX_TRIES) {
      waiting.reject(error);
    } else if (this.#closing) {
      waiting.reject(closedError());
    } else if (signal?.aborted) {
      waiting.reject(signal.reason);
    } else {
      return this.#wait(waiting);
    }
    this.#dispatch();
  }

  /** Keeps a worker for the next call, or replaces it. */
  #release(worker: GuestWorker, memoryBytes = 0): void {
    if (!worker.isFit || this.#pressure.isHighAfter(memoryBytes)) {
      this.#replace(worker);
    } else {
      this.#free(worker);
    }
  }

  /** Lets a worker drop what was forgotten, before its next call. */
  #tidy(worker: GuestWorker): void {
    this.#busy.set(
      worker,
      worker.tidy().then((loss) => {
        if (!loss) return this.#free(worker);
        this.#busy.delete(worker);
        this.#lose(worker);
        this.#dispatch();
      }),
    );
  }

  #free(worker: GuestWorker): void {
    if (worker.isUntidy && !this.#closing) return this.#tidy(worker);
    this.#busy.delete(worker);
    this.#idle.push(worker);
    this.#dispatch();
    if (this.#idle.length > 1) this.#scheduleEviction();
  }

  /** Ends a worker for what it holds on to; another starts meanwhile. */
  #replace(worker: GuestWorker): void {
    this.#busy.delete(worker);
    this.#evict(worker);
    if (!this.#closing && this.#workers === 0) this.#spawn();
    this.#dispatch();
  }

  #lose(worker: GuestWorker, module?: number): void {
    this.#losses.add(worker.ended, module);
    worker.abandon();
  }

  /** A worker's thread has ended by itself; if it was idle, nobody noticed. */
  #failed(worker: GuestWorker): void {
    const index = this.#idle.indexOf(worker);
    if (index < 0) return;
    this.#idle.splice(index, 1);
    this.#lose(worker);
  }

  /** Whether a worker is starting; if not, the next call was told why. */
  #spawn(): boolean {
    try {
      const worker: GuestWorker = new GuestWorker(
        this.#options,
        this.#watchdog ??= Watchdog.acquire(),
        () => this.#failed(worker),
      );
      this.#starting.set(worker, this.#started(worker));
      return true;
    } catch (error) {
      this.#rejectNext(toStartError(error));
      return false;
    }
  }

  async #started(worker: GuestWorker): Promise<void> {
    try {
      if (!await within(START_MS, worker.ready)) {
        throw new WorkerLost(`Worker did not start within ${START_MS} ms`);
      }
      this.#starting.delete(worker);
      this.#free(worker);
    } catch (error) {
      this.#starting.delete(worker);
      this.#lose(worker);
      this.#rejectNext(error);
      this.#dispatch();
    }
  }

  /** A failed start costs one call, so that failing for ever is impossible. */
  #rejectNext(reason: unknown): void {
    const waiting = this.#queue.next();
    if (!waiting) return;
    stopListening(waiting);
    waiting.reject(reason);
  }

  /** Ends all but one of the workers that nothing has needed for a while. */
  #scheduleEviction(): void {
    if (this.#idleTimer !== undefined) return;
    const seen = new Set(this.#idle);
    this.#idleTimer = new IdleTimer(IDLE_MS, () => {
      this.#idleTimer = undefined;
      while (this.#idle.length > 1 && seen.has(this.#idle[0]!)) {
        this.#evict(this.#idle.shift()!);
      }
      if (this.#idle.length > 1) this.#scheduleEviction();
    });
  }

  #evict(worker: GuestWorker): void {
    const ending = this.#end(worker).then(() => {
      this.#ending.delete(ending);
      this.#pressure.settle();
    });
    this.#ending.add(ending);
  }

  async #end(worker: GuestWorker): Promise<void> {
    if (!await worker.close()) this.#losses.add(worker.ended);
  }

  async #close(): Promise<void> {
    for (const waiting of this.#queue.drain()) {
      stopListening(waiting);
      waiting.reject(closedError());
    }
    for (const worker of this.#busy.keys()) worker.stop(StopReason.Shutdown);
    await Promise.all([...this.#busy.values(), ...this.#starting.values()]);
    // The last calls may have set it again.
    this.#idleTimer?.clear();
    await Promise.all([
      ...this.#idle.splice(0).map((worker) => this.#end(worker)),
      ...this.#ending,
    ]);
    await this.#watchdog?.release();
  }
}

function keptBytes({ image }: KeptState): number {
  const memories = image?.memories ?? [];
  return memories.reduce((sum, { pages }) => sum + pages * PAGE_BYTES, 0);
}

function stopListening(waiting: WaitingCall): void {
  const { call, abort, timer } = waiting;
  if (waiting.isQueued) call.scope?.waited();
  waiting.isQueued = false;
  if (timer !== undefined) clearTimeout(timer);
  if (abort) call.signal?.removeEventListener("abort", abort);
}

/** Why a call never ran that was stopped before it could. */
function stopError(reason: StopReason, signal: AbortSignal | undefined) {
  return reason === StopReason.Abort ? signal?.reason : closedError();
}

function closedError(): SandboxClosed {
  return new SandboxClosed("Sandbox is closed");
}

function toStartError(error: unknown): unknown {
  return error instanceof Deno.errors.NotCapable ||
      error instanceof Deno.errors.PermissionDenied
    ? new PermissionDenied(`Cannot start a worker: ${error.message}`)
    : error;
}
