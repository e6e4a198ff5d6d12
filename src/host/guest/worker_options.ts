/** Options of guest workers, and the types that they receive. */

import type { KeptState } from "../../contract/guest_messages.ts";
import type { InstancePlan } from "../../contract/instance_plan.ts";
import type { SystemGrants } from "../../contract/system_grants.ts";
import type { WorkerPermissions } from "../grants/worker_permissions.ts";
import type { Network } from "../network/network.ts";
import { overlayBytes } from "../overlay/overlay_bytes.ts";
import type { QuestionHandlers } from "./question_desk.ts";

/** Allowance for an error record and file names, besides what is limited. */
const ANSWER_SLACK_BYTES = 4 * 1024 * 1024;

/** A module as posted to workers. */
export interface WorkerModule {
  readonly id: number;
  readonly module: WebAssembly.Module;
  readonly plan: InstancePlan;
  /** For a snapshot: the state that every call starts from. */
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

/** Options of every worker in a pool. */
export interface WorkerOptions {
  readonly permissions: WorkerPermissions;
  readonly maxRequestBytes: number;
  readonly maxResultBytes: number;
  readonly grants: SystemGrants;
  readonly network: Network;
}

/** The limits of a call, and how to wait for it. */
export interface CallLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** Whether a core is free for the guest to spin. */
  readonly guestSpins: boolean;
  /** Whether a core is free, and the answer is expected within microseconds. */
  readonly hostSpins: boolean;
  readonly handlers: QuestionHandlers;
}

/** The maximum size of an answer: the sum of its parts' limits. */
export function maxAnswerBytes(
  { maxResultBytes, maxRequestBytes, grants }: WorkerOptions,
): number {
  const files = grants.memoryDirectories
    .reduce((sum, { maxBytes }) => sum + maxBytes, 0);
  const overlays = overlayBytes(grants.directories);
  const output = 2 * grants.maxOutputBytes;
  const scratch = grants.maxScratchBytes;
  // All names of its input files may come back as removed.
  return maxResultBytes + output + files + scratch + overlays +
    maxRequestBytes + ANSWER_SLACK_BYTES;
}
