/** A module as the worker keeps it. */

import type { InstancePlan } from "../contract/instance_plan.ts";
import type { KeptInstance } from "./kept/kept_instance.ts";
import type { SessionState } from "./kept/session_state.ts";
import type { LoadedFamilies } from "./loaded_families.ts";
import type { MemoryReserve } from "./memory_reserve.ts";

/** A module as the worker keeps it, to be instantiated for every call. */
export interface LoadedModule {
  readonly module: WebAssembly.Module;
  readonly plan: InstancePlan;
  readonly reserve: MemoryReserve;
  /** What it imports, beside memories. */
  readonly families: LoadedFamilies;
  /** The instance that all calls share, where there is one. */
  readonly kept?: KeptInstance;
  /** What stays between its calls beside: that of a session. */
  readonly session?: SessionState;
}
