/** A thread that runs jobs one at a time, and may fail. */

import { WorkerLost } from "../../errors.ts";
import { startBackgroundWorker } from "../background_worker.ts";
import { within } from "../within.ts";

/** The final reply of a thread to a job. */
export type JobReply<Result> =
  | { readonly done: Result }
  | { readonly failed: string };

/** Progress that a thread may post before its reply, any number of times. */
export interface JobProgress<Progress> {
  readonly progress: Progress;
}

/** A job for a thread. */
export interface JobRun<Job, Progress> {
  readonly job: Job;
  readonly transfer: Transferable[];
  /** The time limit in milliseconds. */
  readonly ms: number;
  /** Called with progress. */
  readonly onProgress: ((progress: Progress) => void) | undefined;
}

/** A thread of a worker that replies to each message with a {@linkcode JobReply}. */
export class JobThread<Job, Result, Progress> {
  readonly #worker: Worker;
  #reply: PromiseWithResolvers<JobReply<Result>> | undefined;
  #onProgress: ((progress: Progress) => void) | undefined;
  #isLost = false;

  /** Starts the thread, with no permissions at all. */
  constructor(url: URL) {
    this.#worker = startBackgroundWorker(url, "none");
    this.#worker.onmessage = (
      { data }: MessageEvent<JobReply<Result> | JobProgress<Progress>>,
    ) => {
      if ("progress" in data) this.#onProgress?.(data.progress);
      else this.#reply?.resolve(data);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#lose(`Preparing thread failed: ${event.message}`);
    };
    this.#worker.onmessageerror = () =>
      this.#lose("Preparing thread sent an invalid reply");
  }

  /** Whether it may not be given another job. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /**
   * Runs a job. Keeps the process alive meanwhile.
   *
   * @throws {WorkerLost} when the thread fails, or takes longer than `ms`.
   */
  async run(
    { job, transfer, ms, onProgress }: JobRun<Job, Progress>,
  ): Promise<Result> {
    const reply = Promise.withResolvers<JobReply<Result>>();
    this.#reply = reply;
    this.#onProgress = onProgress;
    if (this.#isLost) this.#lose("Preparing thread has failed before");
    try {
      this.#worker.postMessage(job, transfer);
      const replied = reply.promise.then(() => {});
      if (!await within(ms, replied)) {
        this.#lose(`Preparing thread did not reply within ${ms} ms`);
      }
      const answer = await reply.promise;
      if ("done" in answer) return answer.done;
      throw new WorkerLost(`Preparing thread failed: ${answer.failed}`);
    } finally {
      this.#reply = undefined;
      this.#onProgress = undefined;
    }
  }

  /** Ends the thread; one that is busy ends after its job. */
  close(): void {
    this.#worker.onmessage = null;
    this.#worker.terminate();
  }

  #lose(why: string): void {
    this.#isLost = true;
    this.#reply?.reject(new WorkerLost(why));
  }
}
