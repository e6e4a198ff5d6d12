/**
 * Entry point of a preparing thread: work whose duration a module's author
 * controls is done here, to keep the host's event loop free.
 */

import type { JobProgress, JobReply } from "../../host/compiling/job_thread.ts";
import { processTypes } from "../../prepare/limits/type_budget.ts";
import { sha256HexHere } from "../sha256.ts";
import { compileTask } from "./compile_task.ts";
import {
  type PreparingJob,
  type PreparingProgress,
  type PreparingResult,
  refusalOf,
} from "./preparing_messages.ts";

/** The part of the worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<PreparingJob>) => void) | null;
  postMessage(
    message: JobReply<PreparingResult> | JobProgress<PreparingProgress>,
    transfer: Transferable[],
  ): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = async ({ data }) => {
  const reply = await replyTo(data);
  scope.postMessage(reply, "done" in reply ? transferOf(reply.done) : []);
};

async function replyTo(job: PreparingJob): Promise<JobReply<PreparingResult>> {
  try {
    processTypes.share(job.types);
    return { done: await perform(job) };
  } catch (error) {
    const refusal = refusalOf(error);
    return refusal ? { done: refusal } : { failed: String(error) };
  }
}

async function perform(
  { task, bytes }: PreparingJob,
): Promise<PreparingResult> {
  switch (task.type) {
    case "compile":
      return await compileTask(
        task,
        bytes,
        (progress) => scope.postMessage({ progress }, []),
      );
    case "inspect": {
      const { inspectBytes } = await import("../inspect_bytes.ts");
      const json = new TextEncoder().encode(JSON.stringify(
        await inspectBytes(bytes),
        (_, value) => value === undefined ? null : value,
      ));
      return { type: "inspected", sha256: await sha256HexHere(bytes), json };
    }
  }
}

/** The objects to transfer instead of copying. */
function transferOf(result: PreparingResult): Transferable[] {
  switch (result.type) {
    case "compiled": {
      const { ends, kinds, types, values, typeEnds } = result.info.exports;
      return [ends, kinds, types, values, typeEnds, ...result.made ?? []]
        .map(({ buffer }) => buffer);
    }
    case "inspected":
      return [result.json.buffer];
    default:
      return [];
  }
}
