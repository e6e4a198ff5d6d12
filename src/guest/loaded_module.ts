/** A module as a worker keeps it. */

import type { InstancePlan } from "../contract/instance_plan.ts";
import type { KeptInstance } from "./kept/kept_instance.ts";
import type { SessionState } from "./kept/session_state.ts";
import type { LoadedFamilies } from "./loaded_families.ts";
import type { MemoryReserve } from "./memory_reserve.ts";

/** A module as a worker keeps it, instantiated for every call. */
export interface LoadedModule {
  readonly module: WebAssembly.Module;
  readonly plan: InstancePlan;
  readonly reserve: MemoryReserve;
  /** Its imports besides memories. */
  readonly families: LoadedFamilies;
  /** The instance shared by all calls, if there is one. */
  readonly kept?: KeptInstance;
  /** For a session: what it keeps between calls besides the instance. */
  readonly session?: SessionState;
}
