/** The environment of a running call. */

import type { StopPage } from "../stop_page.ts";
import type { CallSystem } from "./call_system.ts";
import type { GuestInstance } from "./instance.ts";
import type { PlannedCall } from "./planned_call.ts";

/** The environment of a running call. */
export interface RunningCall extends PlannedCall {
  readonly guest: GuestInstance;
  readonly system: CallSystem | undefined;
  readonly stopPage: StopPage;
  /** The size limit of a tool's result, in bytes. */
  readonly maxResultBytes: number;
}
