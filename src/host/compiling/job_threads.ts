/** A small pool of threads for jobs of one kind, kept alive for a while. */

import { SandboxError, WorkerLost } from "../../errors.ts";
import { IdleTimer } from "../../timer.ts";
import { JobThread } from "./job_thread.ts";

/** Bounds of {@linkcode JobThreads}. */
export interface JobThreadLimits {
  /** Maximum number of threads; further jobs wait. */
  readonly maxThreads: number;
  /** Time limit of a job in milliseconds. */
  readonly jobMs: number;
  /** How long an idle thread is kept, in milliseconds. */
  readonly idleMs: number;
  /**
   * How many threads may be lost before jobs are refused, as a lost thread may
   * still be busy.
   */
  readonly maxLost: number;
}

/** A job and its options. */
export interface JobOrder<Job, Progress> {
  readonly job: Job;
  readonly transfer: Transferable[];
  /** Whether its thread would hold too much memory afterwards to be kept. */
  readonly isLarge: boolean;
  /** Called with progress; must not throw. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Starts threads on demand. They are kept while they are held, or a job runs.
 */
export class JobThreads<Job, Result, Progress = never> {
  readonly #url: URL;
  readonly #limits: JobThreadLimits;
  readonly #idle: JobThread<Job, Result, Progress>[] = [];
  readonly #waiting: (() => void)[] = [];
  #working = 0;
  /** The number of occupied thread slots. */
  #taken = 0;
  #lost = 0;
  #holders = 0;
  #idleTimer: IdleTimer | undefined;

  constructor(url: URL, limits: JobThreadLimits) {
    this.#url = url;
    this.#limits = limits;
  }

  /** The number of threads, excluding lost ones. */
  get size(): number {
    return this.#idle.length + this.#taken;
  }

  /** Keeps threads between jobs, until {@linkcode release}. */
  hold(): void {
    this.#holders++;
  }

  /** Ends idle threads, if nobody else holds them. */
  release(): void {
    if (--this.#holders === 0) this.#closeIdle();
  }

  /** Starts a thread ahead of a job, if they are held. */
  warm(): void {
    if (this.#holders === 0 || this.size > 0) return;
    try {
      this.#keep(this.#take());
    } catch (error) {
      // The job reports the error to its caller.
      if (!(error instanceof SandboxError)) throw error;
    }
  }

  /**
   * Runs a job when its turn comes.
   *
   * @throws {WorkerLost} when its thread fails or times out, or too many
   * threads were lost.
   */
  async run(order: JobOrder<Job, Progress>): Promise<Result> {
    if (this.#working >= this.#limits.maxThreads) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#working++;
    let thread: JobThread<Job, Result, Progress> | undefined;
    try {
      thread = this.#take();
      this.#taken++;
      const { job, transfer, onProgress } = order;
      const ms = this.#limits.jobMs;
      return await thread.run({ job, transfer, ms, onProgress });
    } finally {
      if (thread) this.#give(thread, order.isLarge);
      // The slot passes directly to the next job.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#working--;
    }
  }

  #take(): JobThread<Job, Result, Progress> {
    const { maxLost } = this.#limits;
    if (this.#lost > maxLost) {
      throw new WorkerLost(
        `Cannot prepare module: ${this.#lost} preparing threads were lost, limit is ${maxLost}`,
      );
    }
    // Skips threads that have failed while idle.
    for (let kept = this.#idle.pop(); kept; kept = this.#idle.pop()) {
      if (!kept.isLost) return kept;
      this.#lost++;
      kept.close();
    }
    return new JobThread(this.#url);
  }

  #give(thread: JobThread<Job, Result, Progress>, isLarge: boolean): void {
    this.#taken--;
    if (thread.isLost) this.#lost++;
    if (thread.isLost || isLarge || this.#holders === 0) return thread.close();
    this.#keep(thread);
  }

  #keep(thread: JobThread<Job, Result, Progress>): void {
    this.#idle.push(thread);
    this.#idleTimer?.clear();
    const { idleMs } = this.#limits;
    this.#idleTimer = new IdleTimer(idleMs, () => this.#closeIdle());
  }

  #closeIdle(): void {
    this.#idleTimer?.clear();
    for (const thread of this.#idle.splice(0)) thread.close();
  }
}
