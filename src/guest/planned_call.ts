/** A request taken apart: its plan, its payload, and the files it brings. */

import {
  decodeFileBundle,
  type FilesByDirectory,
} from "../channel/file_bundle.ts";
import type { CallRequest, Op } from "../channel/layout.ts";
import type { CallPlan, GrantedMemoryDirectory } from "../channel/messages.ts";

const NOTHING_PLANNED: CallPlan = {};
const NO_FILES: FilesByDirectory = {};

/** What one call is to do, and with what. */
export interface PlannedCall {
  readonly op: Op;
  readonly plan: CallPlan;
  /** Valid until the answer is written. */
  readonly payload: Uint8Array;
  /** Directories in memory that this call brings. */
  readonly memoryDirectories: readonly GrantedMemoryDirectory[];
}

/** Reads a request; the host is believed. */
export function planCall({ op, meta, payload }: CallRequest): PlannedCall {
  const plan = meta === "" ? NOTHING_PLANNED : JSON.parse(meta) as CallPlan;
  const { bundleBytes = 0 } = plan;
  const end = payload.length - bundleBytes;
  return {
    op,
    plan,
    payload: bundleBytes === 0 ? payload : payload.subarray(0, end),
    memoryDirectories: broughtDirectories(plan, payload.subarray(end)),
  };
}

function broughtDirectories(
  { memoryDirectories = [] }: CallPlan,
  bundle: Uint8Array,
): readonly GrantedMemoryDirectory[] {
  if (memoryDirectories.length === 0) return [];
  // A copy: the request's memory is the host's to write again.
  const files = bundle.length === 0
    ? NO_FILES
    : decodeFileBundle(bundle.slice()) ?? NO_FILES;
  return memoryDirectories.map(([guest, maxBytes]) => ({
    guest,
    maxBytes,
    files: files[guest] ?? {},
  }));
}
