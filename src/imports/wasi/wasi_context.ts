/** The context of a guest's WASI functions. */

import type { StopPage } from "../../stop_page.ts";
import type { DeniedFiles } from "./denied_files.ts";
import type { Listing } from "./descriptor.ts";
import type { DescriptorTable } from "./descriptor_table.ts";
import type { GuestClock } from "./guest_clock.ts";
import type { GuestMemory } from "./guest_memory.ts";
import type { GuestRandom } from "./guest_random.ts";

/** The context of a guest's imports. */
export interface WasiContext {
  readonly memory: GuestMemory;
  readonly descriptors: DescriptorTable;
  readonly stop: StopPage;
  /** Arguments and `KEY=value` strings, each ending in a NUL. */
  readonly args: readonly Uint8Array[];
  readonly environ: readonly Uint8Array[];
  readonly clock: GuestClock;
  readonly random: GuestRandom;
  readonly denied: DeniedFiles;
  listing: Listing | undefined;
  exitCode: number | undefined;
}

/**
 * An import of preview 1, which throws on failure. Every argument comes from
 * the guest; u64 arguments are bigints.
 */
export type WasiFunction = (
  context: WasiContext,
  ...args: never[]
) => void;
