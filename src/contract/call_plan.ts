/** What one call has beside its payload. */

import type { NumberKind } from "./instance_plan.ts";
import type { Deterministic } from "./system_grants.ts";

/**
 * What one call has beside its payload, as JSON in the request's meta: only
 * what differs from the worker's grants and limits.
 */
export interface CallPlan {
  /** The export to call, for a kind of call that needs a name. */
  readonly exportName?: string;
  /** The export that says where a payload goes, for a call with bytes. */
  readonly allocator?: string;
  /** The types of its parameters. */
  readonly params?: readonly NumberKind[];
  /** The types of its results. */
  readonly results?: readonly NumberKind[];
  /** The name that a program is told as its own. */
  readonly programName?: string;
  /** Where a program's relative paths lead, instead of the worker's grants. */
  readonly workingDirectory?: string;
  /** The arguments behind the program's name. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether standard input is asked for, and not in the payload. */
  readonly asksStdin?: boolean;
  /** Whether output is passed on while the guest runs. */
  readonly tellsOutput?: boolean;
  /** The clock and the seed, instead of the worker's. */
  readonly deterministic?: Deterministic;
  /** Fuel in digits, instead of the module's. */
  readonly maxFuel?: string;
  /** Bytes of memories and tables, instead of the module's. */
  readonly maxMemoryBytes?: number;
  /**
   * Directories in memory of this call, with the bytes that each may hold; one
   * of the worker's grants with the same name makes way.
   */
  readonly memoryDirectories?:
    readonly (readonly [guest: string, maxBytes: number])[];
  /** Whether the bundle has what earlier calls changed in overlays. */
  readonly hasOverlays?: boolean;
  /** Whether folders that may be written to have overlays in this call. */
  readonly usesOverlays?: boolean;
  /** Whether a session's overlays were settled, and begin again. */
  readonly emptiesOverlays?: boolean;
  /** Their files are a bundle of so many bytes at the payload's end. */
  readonly bundleBytes?: number;
}
