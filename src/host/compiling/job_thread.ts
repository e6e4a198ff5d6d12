/** A thread that does one job after another, and may fail at one. */

import { WorkerLost } from "../../errors.ts";
import { startBackgroundWorker } from "../background_worker.ts";
import { within } from "../within.ts";

/** What a thread posts back for a job, last. */
export type JobReply<Result> =
  | { readonly done: Result }
  | { readonly failed: string };

/** What it posts before that, as often as it likes. */
export interface JobProgress<Progress> {
  readonly progress: Progress;
}

/** A job, as a thread is given it. */
export interface JobRun<Job, Progress> {
  readonly job: Job;
  readonly transfer: Transferable[];
  /** How long it may take, in milliseconds. */
  readonly ms: number;
  /** Told how far it is. */
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

  /** Whether it must not be given another job. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /**
   * Does a job. Keeps the process alive meanwhile.
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
