/** What guest workers are made with, and what they are given. */

import type { KeptState } from "../../contract/guest_messages.ts";
import type { InstancePlan } from "../../contract/instance_plan.ts";
import type { SystemGrants } from "../../contract/system_grants.ts";
import type { WorkerPermissions } from "../grants/worker_permissions.ts";
import type { Network } from "../network/network.ts";
import { overlayBytes } from "../overlay/overlay_bytes.ts";
import type { QuestionHandlers } from "./question_desk.ts";

/** Room for an error record and the names of files, beside what has a limit. */
const ANSWER_SLACK_BYTES = 4 * 1024 * 1024;

/** A module as it is posted to workers. */
export interface WorkerModule {
  readonly id: number;
  readonly module: WebAssembly.Module;
  readonly plan: InstancePlan;
  /** For a snapshot: the state that every call begins in. */
  readonly kept?: KeptState | undefined;
}

/** What a session is opened with. */
export interface SessionSetup {
  readonly kept: KeptState;
  /** A plan as JSON, and the bundle of its files. */
  readonly meta: string;
  readonly bundle: Uint8Array;
  readonly rollsBack: boolean;
}

/** What every worker of a pool is made with. */
export interface WorkerOptions {
  readonly permissions: WorkerPermissions;
  readonly maxRequestBytes: number;
  readonly maxResultBytes: number;
  readonly grants: SystemGrants;
  readonly network: Network;
}

/** What a call may take, and how to wait for it. */
export interface CallLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** Whether there is a core for the guest to spin on. */
  readonly guestSpins: boolean;
  /** Whether there is, and the answer is expected within microseconds. */
  readonly hostSpins: boolean;
  readonly handlers: QuestionHandlers;
}

/** The most bytes of an answer: what each part of it may have. */
export function maxAnswerBytes(
  { maxResultBytes, maxRequestBytes, grants }: WorkerOptions,
): number {
  const files = grants.memoryDirectories
    .reduce((sum, { maxBytes }) => sum + maxBytes, 0);
  const overlays = overlayBytes(grants.directories);
  const output = 2 * grants.maxOutputBytes;
  const scratch = grants.maxScratchBytes;
  // The names of files that it brought may all come back as removed.
  return maxResultBytes + output + files + scratch + overlays +
    maxRequestBytes + ANSWER_SLACK_BYTES;
}
