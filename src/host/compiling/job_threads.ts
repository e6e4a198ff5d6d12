/** The threads of a process that do jobs of one kind: few, and kept a while. */

import { SandboxError, WorkerLost } from "../../errors.ts";
import { IdleTimer } from "../../timer.ts";
import { JobThread } from "./job_thread.ts";

/** Bounds of {@linkcode JobThreads}. */
export interface JobThreadLimits {
  /** How many work at the same time; more jobs wait. */
  readonly maxThreads: number;
  /** How long a job may take, in milliseconds. */
  readonly jobMs: number;
  /** How long a thread without a job is kept, in milliseconds. */
  readonly idleMs: number;
  /** How many may be lost before jobs are refused: a lost one may be busy. */
  readonly maxLost: number;
}

/** A job, and what is done about it. */
export interface JobOrder<Job, Progress> {
  readonly job: Job;
  readonly transfer: Transferable[];
  /** Whether its thread keeps too much afterwards to be kept itself. */
  readonly isLarge: boolean;
  /** Told how far it is; must not throw. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Starts threads as jobs need them. They are kept while somebody holds them,
 * or a job runs.
 */
export class JobThreads<Job, Result, Progress = never> {
  readonly #url: URL;
  readonly #limits: JobThreadLimits;
  readonly #idle: JobThread<Job, Result, Progress>[] = [];
  readonly #waiting: (() => void)[] = [];
  #working = 0;
  /** Threads that have a job: a place may wait for its next one. */
  #taken = 0;
  #lost = 0;
  #holders = 0;
  #idleTimer: IdleTimer | undefined;

  constructor(url: URL, limits: JobThreadLimits) {
    this.#url = url;
    this.#limits = limits;
  }

  /** How many threads there are, lost ones aside. */
  get size(): number {
    return this.#idle.length + this.#taken;
  }

  /** Keeps threads between jobs, until {@linkcode release}. */
  hold(): void {
    this.#holders++;
  }

  /** Ends the threads that have no job, when nobody else holds them. */
  release(): void {
    if (--this.#holders === 0) this.#closeIdle();
  }

  /**
   * Starts a thread ahead of a job, while somebody holds them.
   */
  warm(): void {
    if (this.#holders === 0 || this.size > 0) return;
    try {
      this.#keep(this.#take());
    } catch (error) {
      // The job tells it to whoever asked for that.
      if (!(error instanceof SandboxError)) throw error;
    }
  }

  /**
   * Does a job when its turn comes.
   *
   * @throws {WorkerLost} when its thread fails or does not end in time, or when
   * too many have.
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
      // The place goes from one to the next.
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
    // One that has failed since it was kept says so now.
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
