/** Decodes a request into its plan, its payload and its files. */

import { decodeFileBundle, takeOverlays } from "../channel/file_bundle.ts";
import type { CallRequest, Op } from "../channel/layout.ts";
import type { CallPlan } from "../contract/call_plan.ts";
import type { MemoryDirectory } from "../contract/system_grants.ts";

const NOTHING_PLANNED: CallPlan = {};

/** A decoded request. */
export interface PlannedCall {
  readonly op: Op;
  readonly plan: CallPlan;
  /** Valid only until the answer is written. */
  readonly payload: Uint8Array;
  /** The in-memory directories of this call. */
  readonly memoryDirectories: readonly MemoryDirectory[];
  /** The overlay state of earlier calls, by guest path. */
  readonly overlays: Readonly<Record<string, Uint8Array>>;
}

/** Decodes a request; the host is trusted. */
export function planCall({ op, meta, payload }: CallRequest): PlannedCall {
  const plan = meta === "" ? NOTHING_PLANNED : JSON.parse(meta) as CallPlan;
  const { bundleBytes = 0 } = plan;
  const end = payload.length - bundleBytes;
  const files = bundled(plan, payload.subarray(end));
  return {
    op,
    plan,
    payload: bundleBytes === 0 ? payload : payload.subarray(0, end),
    overlays: takeOverlays(files),
    memoryDirectories: broughtDirectories(plan, files),
  };
}

type Files = Record<string, Record<string, Uint8Array>>;

function bundled(plan: CallPlan, bundle: Uint8Array): Files {
  if (bundle.length === 0) return {};
  if (!plan.hasOverlays && !plan.memoryDirectories?.length) return {};
  // A copy: the host may overwrite the request's memory.
  return decodeFileBundle(bundle.slice()) ?? {};
}

function broughtDirectories(
  { memoryDirectories = [] }: CallPlan,
  files: Files,
): readonly MemoryDirectory[] {
  return memoryDirectories.map(([guest, maxBytes]) => ({
    guest,
    maxBytes,
    files: files[guest] ?? {},
  }));
}
