/** A family's functions for one call of one guest. */

import type { HttpGuestEnd } from "../channel/http_guest_end.ts";
import type { DeniedRequest } from "../channel/http_layout.ts";
import type { StopPage } from "../stop_page.ts";
import type { NumericImport } from "../contract/instance_plan.ts";
import type { HostDoor } from "./host_door.ts";
import type { Wasi } from "./wasi/wasi.ts";

/** What a family is given for a call. */
export interface FamilyCall {
  readonly stopPage: StopPage;
  /** For families that need the `system`; others must not ask. */
  readonly system: Wasi;
  /** For families that need the `network`; others must not ask. */
  readonly network: HttpGuestEnd;
  /** For families that need the `host`. */
  readonly host: HostDoor;
  /** What the module imports of the functions that a configuration names. */
  readonly numericImports: readonly NumericImport[];
}

/** A family while a call runs. */
export interface OpenFamily {
  /** Every function by name: an object without a prototype, the call's own. */
  readonly imports: WebAssembly.ModuleImports;
  /**
   * Sets the memory that the guest's pointers point into.
   *
   * @param exports What the guest exports: its word, as all else.
   */
  attach(memory: WebAssembly.Memory, exports: WebAssembly.Exports): void;
  /** What the guest asked for and did not get. */
  denied?(): readonly DeniedRequest[];
  /** Lets go of what is the family's own, whatever became of the guest. */
  close?(): void;
}

/** The module that has a family's implementation. */
export interface FamilyProvider {
  /** Opens the family for a call. */
  readonly open: (call: FamilyCall) => OpenFamily;
}
