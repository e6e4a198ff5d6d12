/** The calls of a pool that wait for a worker, with aborts and timeouts. */

import type { CallRequest } from "../../channel/layout.ts";
import { Busy, SandboxClosed } from "../../errors.ts";
import type { CallEnd } from "../guest/call_outcome.ts";
import type { WorkerModule } from "../guest/worker_options.ts";
import type { QuestionHandlers } from "../guest/question_desk.ts";
import { CallQueue } from "./call_queue.ts";
import type { CallScope } from "./call_scope.ts";

/** A call for the pool. */
export interface PoolCall {
  readonly module: WorkerModule;
  readonly request: CallRequest;
  readonly timeoutMs: number;
  /** How long it may wait for a worker. */
  readonly queueMs: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** The handlers of the guest's questions. */
  readonly handlers: QuestionHandlers;
  /** The call from which it is made, if any. */
  readonly scope?: CallScope | undefined;
}

/** A call's end, with how long it waited for a worker. */
export interface PoolCallEnd extends CallEnd {
  readonly waitedMs: number;
}

/** A call that waits. */
export interface WaitingCall {
  readonly call: PoolCall;
  readonly key: number;
  /** How many workers were lost before the call began. */
  tries: number;
  readonly since: number;
  readonly resolve: (end: PoolCallEnd) => void;
  readonly reject: (reason: unknown) => void;
  /** Listens to the signal while the call is in the queue. */
  abort: (() => void) | undefined;
  /** Rejects the call when it has waited too long. */
  timer: ReturnType<typeof setTimeout> | undefined;
  isQueued: boolean;
}

/** A waiting call, and the promise of its end. */
export function waitingCall(
  call: PoolCall,
): readonly [waiting: WaitingCall, end: Promise<PoolCallEnd>] {
  const { promise, resolve, reject } = Promise.withResolvers<PoolCallEnd>();
  return [{
    call,
    key: call.module.id,
    tries: 0,
    since: performance.now(),
    resolve,
    reject,
    abort: undefined,
    timer: undefined,
    isQueued: false,
  }, promise];
}

/** The calls that wait, in fair order. */
export class WaitingCalls {
  readonly #queue = new CallQueue<WaitingCall>();
  readonly #maxQueuedCalls: number;

  constructor(maxQueuedCalls: number) {
    this.#maxQueuedCalls = maxQueuedCalls;
  }

  /** How many calls wait. */
  get size(): number {
    return this.#queue.size;
  }

  /** Adds a call, which waits until it is taken, aborted or timed out. */
  add(waiting: WaitingCall): void {
    const { signal, scope } = waiting.call;
    waiting.abort = () => this.reject(waiting, signal?.reason);
    signal?.addEventListener("abort", waiting.abort, { once: true });
    if (waiting.call.queueMs !== undefined) this.#expire(waiting);
    this.#queue.add(waiting);
    waiting.isQueued = true;
    scope?.wait();
  }

  /** Takes the next call out; undefined when none waits. */
  next(): WaitingCall | undefined {
    const waiting = this.#queue.next();
    if (waiting) stopListening(waiting);
    return waiting;
  }

  /** Rejects a call, if it is still waiting. */
  reject(waiting: WaitingCall, reason: unknown): void {
    if (!this.#queue.remove(waiting)) return;
    stopListening(waiting);
    waiting.reject(reason);
  }

  /** Rejects all calls. */
  close(): void {
    for (const waiting of this.#queue.drain()) {
      stopListening(waiting);
      waiting.reject(closedError());
    }
  }

  #expire(waiting: WaitingCall): void {
    const { queueMs = 0 } = waiting.call;
    const waited = performance.now() - waiting.since;
    waiting.timer = setTimeout(() => {
      const message =
        `Sandbox is busy: the call waited ${queueMs} ms for a worker, the limit`;
      this.reject(waiting, new Busy(this.#maxQueuedCalls, message));
    }, Math.max(0, queueMs - waited));
  }
}

function stopListening(waiting: WaitingCall): void {
  const { call, abort, timer } = waiting;
  if (waiting.isQueued) call.scope?.waited();
  waiting.isQueued = false;
  if (timer !== undefined) clearTimeout(timer);
  if (abort) call.signal?.removeEventListener("abort", abort);
}

/** The error of calls in a closed sandbox. */
export function closedError(): SandboxClosed {
  return new SandboxClosed("Sandbox is closed");
}
