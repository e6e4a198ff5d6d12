/** What a call needs besides its payload. */

import type { NumberKind } from "./instance_plan.ts";
import type { Deterministic } from "./system_grants.ts";

/**
 * What a call needs besides its payload, sent as JSON in the request's meta:
 * only what differs from the worker's grants and limits.
 */
export interface CallPlan {
  /** The export to call, for a kind of call that needs a name. */
  readonly exportName?: string;
  /**
   * The export that allocates memory for the payload, for a call with bytes.
   */
  readonly allocator?: string;
  /** The types of its parameters. */
  readonly params?: readonly NumberKind[];
  /** The types of its results. */
  readonly results?: readonly NumberKind[];
  /** The program's name (`argv[0]`). */
  readonly programName?: string;
  /** A program's working directory, instead of the configured one. */
  readonly workingDirectory?: string;
  /** The arguments after the program's name. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Whether the guest requests standard input in chunks, instead of finding it
   * in the payload.
   */
  readonly asksStdin?: boolean;
  /** Whether output is forwarded while the guest runs. */
  readonly tellsOutput?: boolean;
  /** The clock and the seed, instead of the worker's. */
  readonly deterministic?: Deterministic;
  /** The fuel limit in digits, instead of the module's. */
  readonly maxFuel?: string;
  /** The memory limit in bytes, instead of the module's. */
  readonly maxMemoryBytes?: number;
  /**
   * The in-memory directories of this call, with their size limits; they
   * replace the worker's grants of the same name.
   */
  readonly memoryDirectories?:
    readonly (readonly [guest: string, maxBytes: number])[];
  /** Whether the bundle contains the overlay state of earlier calls. */
  readonly hasOverlays?: boolean;
  /** Whether writable folders get overlays in this call. */
  readonly usesOverlays?: boolean;
  /**
   * Whether a session's overlays were committed or dropped, and start empty.
   */
  readonly emptiesOverlays?: boolean;
  /** The size of the bundle with their files, at the end of the payload. */
  readonly bundleBytes?: number;
}
