/** The workers of one sandbox, and the calls that wait for them. */

import { PAGE_BYTES } from "../../contract/page_bytes.ts";
import type { KeptState } from "../../contract/guest_messages.ts";
import { Busy } from "../../errors.ts";
import { StopReason } from "../../stop_page.ts";
import type { CallEnd, CallOutcome } from "../guest/call_outcome.ts";
import type { GuestWorker } from "../guest/guest_worker.ts";
import type { WorkerModule, WorkerOptions } from "../guest/worker_options.ts";
import { IdleWorkers } from "./idle_workers.ts";
import { LossRecord } from "./loss_record.ts";
import { MemoryPressure } from "./memory_pressure.ts";
import {
  closedError,
  type PoolCall,
  type PoolCallEnd,
  type WaitingCall,
  waitingCall,
  WaitingCalls,
} from "./waiting_calls.ts";
import { WorkerStarts } from "./worker_starts.ts";

/** On how many workers a call is tried that no guest has begun. */
const MAX_TRIES = 3;
/** Answers that took less are waited for awake, in milliseconds. */
const SHORT_CALL_MS = 0.1;

/** What a pool is made with. */
export interface PoolOptions extends WorkerOptions {
  readonly maxWorkers: number;
  readonly maxQueuedCalls: number;
}

/** Starts workers as calls need them and gives them out, fairly. */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #cores = navigator.hardwareConcurrency;
  readonly #queue: WaitingCalls;
  readonly #idle = new IdleWorkers((worker) => this.#evict(worker));
  readonly #busy = new Map<GuestWorker, Promise<void>>();
  /** The calls that the busy ones run. */
  readonly #running = new Map<GuestWorker, PoolCall>();
  readonly #starts: WorkerStarts;
  readonly #ending = new Set<Promise<void>>();
  readonly #pressure = new MemoryPressure();
  /** How long each module's last call took. */
  readonly #lastMs = new Map<number, number>();
  readonly #losses = new LossRecord();
  #closing: Promise<void> | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#queue = new WaitingCalls(options.maxQueuedCalls);
    this.#starts = new WorkerStarts(options, {
      started: (worker) => this.#free(worker),
      notStarted: (worker, error) => {
        this.#lose(worker);
        this.#rejectNext(error);
        this.#dispatch();
      },
      // If it was idle, nobody noticed.
      failed: (worker) => {
        if (this.#idle.remove(worker)) this.#lose(worker);
      },
    });
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
    if (this.#idle.size === 0 && this.#isFull()) {
      return Promise.reject(new Busy(this.#options.maxQueuedCalls));
    }
    const [waiting, end] = waitingCall(call);
    if (this.#idle.size > 0) {
      this.#start(this.#idle.take(waiting.key), waiting);
    } else {
      this.#wait(waiting);
    }
    return end;
  }

  /** Makes all workers let go of a module; calls in flight end as usual. */
  forget(module: number): void {
    this.#lastMs.delete(module);
    for (const worker of this.#busy.keys()) worker.forget(module);
    for (const worker of this.#idle.takeKnowing(module)) {
      worker.forget(module);
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
    return this.#idle.size + this.#busy.size + this.#starts.size;
  }

  /** Whether as many calls wait as may, beside those that a start is for. */
  #isFull(): boolean {
    const startable = this.#options.maxWorkers - this.#busy.size;
    return this.#queue.size - startable >= this.#options.maxQueuedCalls;
  }

  #wait(waiting: WaitingCall): void {
    this.#queue.add(waiting);
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
    const { maxQueuedCalls, maxWorkers } = this.#options;
    const message =
      `Sandbox is busy: all its workers (${maxWorkers}) wait for host functions that call it, raise maxWorkers`;
    this.#queue.reject(waiting, new Busy(maxQueuedCalls, message));
  }

  #dispatch(): void {
    while (this.#queue.size > 0 && this.#idle.size > 0) {
      const call = this.#queue.next()!;
      this.#start(this.#idle.take(call.key), call);
    }
    while (
      this.#starts.size < this.#queue.size &&
      this.#workers < this.#options.maxWorkers
    ) if (!this.#spawn()) return;
  }

  #start(worker: GuestWorker, waiting: WaitingCall): void {
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
    this.#idle.add(worker);
    this.#dispatch();
    this.#idle.scheduleEviction();
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

  /** Whether a worker is starting; if not, the next call was told why. */
  #spawn(): boolean {
    try {
      this.#starts.start();
      return true;
    } catch (error) {
      this.#rejectNext(error);
      return false;
    }
  }

  /** A failed start costs one call, so that failing for ever is impossible. */
  #rejectNext(reason: unknown): void {
    this.#queue.next()?.reject(reason);
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
    this.#queue.close();
    for (const worker of this.#busy.keys()) worker.stop(StopReason.Shutdown);
    await Promise.all([...this.#busy.values(), this.#starts.settled()]);
    await Promise.all([
      ...this.#idle.drain().map((worker) => this.#end(worker)),
      ...this.#ending,
    ]);
    await this.#starts.close();
  }
}

function keptBytes({ image }: KeptState): number {
  const memories = image?.memories ?? [];
  return memories.reduce((sum, { pages }) => sum + pages * PAGE_BYTES, 0);
}

/** Why a call never ran that was stopped before it could. */
function stopError(reason: StopReason, signal: AbortSignal | undefined) {
  return reason === StopReason.Abort ? signal?.reason : closedError();
}
