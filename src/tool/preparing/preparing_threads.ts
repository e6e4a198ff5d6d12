/** The preparing threads of this process. */

import {
  type JobThreadLimits,
  JobThreads,
} from "../../host/compiling/job_threads.ts";
import { processTypes } from "../../prepare/limits/type_budget.ts";
import { LARGE_MODULE_BYTES } from "./large_module.ts";
import { keepWith } from "./open_sandboxes.ts";
import type {
  PreparingJob,
  PreparingProgress,
  PreparingResult,
  PreparingTask,
} from "./preparing_messages.ts";

const LIMITS: JobThreadLimits = {
  // Two large modules at a time already take much memory.
  maxThreads: 2,
  // Preparation is bounded by the limits on modules; this is a last resort.
  jobMs: 120_000,
  idleMs: 10_000,
  maxLost: 3,
};

/** Kept alive while a sandbox is open. */
export const preparingThreads: JobThreads<
  PreparingJob,
  PreparingResult,
  PreparingProgress
> = new JobThreads(new URL("./preparing_worker.ts", import.meta.url), LIMITS);

keepWith(preparingThreads);

/** Runs a task on a module's bytes, and takes ownership of them. */
export function prepareInThread(
  task: PreparingTask,
  bytes: Uint8Array<ArrayBuffer>,
  onProgress?: (progress: PreparingProgress) => void,
): Promise<PreparingResult> {
  // Ending the thread frees the garbage of a large module.
  const isLarge = bytes.length >= LARGE_MODULE_BYTES;
  return preparingThreads.run({
    job: { task, bytes, types: processTypes.memory },
    transfer: [bytes.buffer, ...entryOf(task)],
    isLarge,
    onProgress,
  });
}

function entryOf(task: PreparingTask): ArrayBuffer[] {
  const entry = task.type === "compile" ? task.kept?.entry : undefined;
  return entry ? [entry.buffer] : [];
}
