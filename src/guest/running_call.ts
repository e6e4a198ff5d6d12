/** What a call runs with. */

import type { StopPage } from "../stop_page.ts";
import type { CallSystem } from "./call_system.ts";
import type { GuestInstance } from "./instance.ts";
import type { PlannedCall } from "./planned_call.ts";

/** What a call runs with. */
export interface RunningCall extends PlannedCall {
  readonly guest: GuestInstance;
  readonly system: CallSystem | undefined;
  readonly stopPage: StopPage;
  /** The most bytes that a tool may answer with. */
  readonly maxResultBytes: number;
}
