/**
 * The workers of sessions. Each session has its own, in addition to those of
 * the pool: sessions can starve neither calls nor each other, and their number
 * is limited.
 */

import type { CallRequest } from "../../channel/layout.ts";
import type { StateImage } from "../../contract/state_image.ts";
import { Busy, SandboxClosed, WorkerLost } from "../../errors.ts";
import { StopReason } from "../../stop_page.ts";
import type { CallEnd } from "../guest/call_outcome.ts";
import { GuestWorker } from "../guest/guest_worker.ts";
import type {
  SessionSetup,
  WorkerModule,
  WorkerOptions,
} from "../guest/worker_options.ts";
import type { QuestionHandlers } from "../guest/question_desk.ts";
import { Watchdog } from "../watchdog/watchdog.ts";
import { within } from "../within.ts";

/** How long a worker may take to start. */
const START_MS = 30_000;

/** A call of a session. */
export interface SessionCall {
  readonly request: CallRequest;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly handlers: QuestionHandlers;
}

/** Starts the workers of sessions, up to a limit. */
export class SessionWorkers {
  readonly #options: WorkerOptions;
  readonly #maxSessions: number;
  readonly #open = new Set<SessionWorker>();
  #watchdog: Watchdog | undefined;
  #opening = 0;
  #isClosed = false;

  constructor(options: WorkerOptions, maxSessions: number) {
    this.#options = options;
    this.#maxSessions = maxSessions;
  }

  /**
   * Opens a session in its own worker.
   *
   * @param isCounted Whether it counts toward the limit.
   * @throws {Busy} when the limit of sessions is reached.
   * @throws {WorkerLost} when the worker does not start.
   */
  async open(
    module: WorkerModule,
    setup: SessionSetup,
    isCounted = true,
  ): Promise<SessionWorker> {
    if (this.#isClosed) throw new SandboxClosed("Sandbox is closed");
    const sessions = [...this.#open].filter((one) => one.isCounted).length;
    if (isCounted && sessions + this.#opening >= this.#maxSessions) {
      throw new Busy(
        this.#maxSessions,
        `Sandbox is busy: there are ${this.#maxSessions} sessions, the limit`,
      );
    }
    if (isCounted) this.#opening++;
    try {
      return await this.#start(module, setup, isCounted);
    } finally {
      if (isCounted) this.#opening--;
    }
  }

  /** Ends every session. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#open].map((one) => one.close()));
    await this.#watchdog?.release();
    this.#watchdog = undefined;
  }

  async #start(
    module: WorkerModule,
    setup: SessionSetup,
    isCounted: boolean,
  ): Promise<SessionWorker> {
    const worker: GuestWorker = new GuestWorker(
      this.#options,
      this.#watchdog ??= Watchdog.acquire(),
      () => session.fail(new WorkerLost("Worker ended by itself")),
    );
    const session: SessionWorker = new SessionWorker(
      worker,
      module,
      isCounted,
      (ended) => {
        this.#open.delete(ended);
      },
    );
    this.#open.add(session);
    try {
      await session.open(setup);
      return session;
    } catch (error) {
      await session.close();
      throw this.#isClosed ? new SandboxClosed("Sandbox is closed") : error;
    }
  }
}

/** The worker of one session. It runs one operation at a time. */
export class SessionWorker {
  readonly #worker: GuestWorker;
  readonly #module: WorkerModule;
  readonly #onEnd: (session: SessionWorker) => void;
  /** The running operation, during which nothing else may be started. */
  #running: Promise<unknown> | undefined;
  readonly #closed = Promise.withResolvers<void>();
  #ending: Promise<void> | undefined;
  #loss: WorkerLost | undefined;
  /** Whether it counts toward the limit of sessions. */
  readonly isCounted: boolean;

  constructor(
    worker: GuestWorker,
    module: WorkerModule,
    isCounted: boolean,
    onEnd: (session: SessionWorker) => void,
  ) {
    this.#worker = worker;
    this.#module = module;
    this.isCounted = isCounted;
    this.#onEnd = onEnd;
  }

  /** Whether it takes calls. */
  get isOpen(): boolean {
    return this.#ending === undefined;
  }

  /** Why the worker is lost, if it is. */
  get loss(): WorkerLost | undefined {
    return this.#loss;
  }

  /**
   * Waits for the worker to start, and opens the session in it.
   *
   * @throws {WorkerLost} when it does not start.
   * @throws {SandboxClosed} when the session was closed meanwhile.
   */
  async open(setup: SessionSetup): Promise<void> {
    const started = Promise.race([this.#worker.ready, this.#closed.promise]);
    if (!await within(START_MS, started)) {
      throw new WorkerLost(`Worker did not start within ${START_MS} ms`);
    }
    const loss = await this.#turn(() => this.#worker.open(this.#module, setup));
    if (loss) throw loss;
    this.#checkOpen();
  }

  /**
   * Runs a call; nothing else may run.
   *
   * @throws {WorkerLost} when the worker no longer answers.
   * @throws {SandboxClosed} when the session was closed meanwhile.
   * @throws what a handler of the call threw.
   */
  async call(call: SessionCall): Promise<CallEnd> {
    const outcome = await this.#turn(() =>
      this.#worker.call(this.#module, call.request, {
        ...call,
        guestSpins: false,
        hostSpins: false,
      })
    );
    switch (outcome.kind) {
      case "ended":
        return outcome.end;
      case "failed":
        throw outcome.error;
      case "stopped":
        if (outcome.reason === StopReason.Abort) throw call.signal?.reason;
        throw closedError();
      case "lost":
        this.fail(outcome.error);
        throw outcome.error;
    }
  }

  /**
   * Saves the state between two calls.
   *
   * @throws {ExecutionFailed} when some state can't be saved.
   * @throws {SandboxClosed} when the session was closed.
   */
  take(): Promise<StateImage> {
    return this.#turn(() => this.#worker.take(this.#module.id));
  }

  /** The worker must not be used again. */
  fail(loss: WorkerLost): void {
    this.#loss ??= loss;
    this.#worker.abandon();
    this.#ending ??= Promise.resolve();
    this.#onEnd(this);
  }

  /** Stops the running call and ends the worker. */
  close(): Promise<void> {
    return this.#ending ??= this.#close();
  }

  async #turn<Value>(run: () => Promise<Value>): Promise<Value> {
    this.#checkOpen();
    const running = run();
    this.#running = running;
    try {
      return await running;
    } finally {
      this.#running = undefined;
    }
  }

  #checkOpen(): void {
    if (!this.isOpen) throw closedError();
  }

  async #close(): Promise<void> {
    this.#closed.resolve();
    if (this.#running) {
      this.#worker.stop(StopReason.Shutdown);
      await this.#running.catch(() => {});
    }
    if (!this.#loss && !await this.#worker.close()) this.#worker.abandon();
    this.#onEnd(this);
  }
}

function closedError(): SandboxClosed {
  return new SandboxClosed("Session was closed");
}
