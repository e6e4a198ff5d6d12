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

/** How many workers a call is tried on, as long as no guest has begun it. */
const MAX_TRIES = 3;
/** Calls shorter than this are waited for by spinning, in milliseconds. */
const SHORT_CALL_MS = 0.1;

/** Options of a pool. */
export interface PoolOptions extends WorkerOptions {
  readonly maxWorkers: number;
  readonly maxQueuedCalls: number;
}

/** Starts workers on demand and assigns them fairly. */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #cores = navigator.hardwareConcurrency;
  readonly #queue: WaitingCalls;
  readonly #idle = new IdleWorkers((worker) => this.#evict(worker));
  readonly #busy = new Map<GuestWorker, Promise<void>>();
  /** The calls of busy workers. */
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
      // If it was idle, nobody has noticed yet.
      failed: (worker) => {
        if (this.#idle.remove(worker)) this.#lose(worker);
      },
    });
  }

  /** The number of workers that did not respond and were abandoned. */
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

  /** Makes all workers drop a module; calls in flight end as usual. */
  forget(module: number): void {
    this.#lastMs.delete(module);
    for (const worker of this.#busy.keys()) worker.forget(module);
    for (const worker of this.#idle.takeKnowing(module)) {
      worker.forget(module);
      this.#tidy(worker);
    }
  }

  /**
   * Stops running calls, rejects waiting ones and ends the workers. Workers
   * that do not end within the grace period are abandoned, and counted as lost.
   */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  get #workers(): number {
    return this.#idle.size + this.#busy.size + this.#starts.size;
  }

  /**
   * Whether the queue is full, not counting calls for which a worker is
   * starting.
   */
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

  /** Rejects a call that would deadlock with its caller. */
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
   * Releases a worker once it has restored the state of a snapshot: the memory
   * that it keeps for the next call is not dropped.
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

  /** Retries a call that no guest has begun on another worker. */
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

  /** Lets a worker drop forgotten modules before its next call. */
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

  /** Ends a worker because of its retained memory; another starts meanwhile. */
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

  /** Starts a worker; false if that failed, and the next call was rejected. */
  #spawn(): boolean {
    try {
      this.#starts.start();
      return true;
    } catch (error) {
      this.#rejectNext(error);
      return false;
    }
  }

  /** A failed start rejects one call, so failures can't repeat forever. */
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

/** The error of a call that was stopped before it ran. */
function stopError(reason: StopReason, signal: AbortSignal | undefined) {
  return reason === StopReason.Abort ? signal?.reason : closedError();
}
