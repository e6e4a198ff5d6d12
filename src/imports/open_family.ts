/** A family's functions for one call of one guest. */

import type { HttpGuestEnd } from "../channel/http_guest_end.ts";
import type { DeniedRequest } from "../channel/http_layout.ts";
import type { StopPage } from "../stop_page.ts";
import type { NumericImport } from "../contract/instance_plan.ts";
import type { HostDoor } from "./host_door.ts";
import type { Wasi } from "./wasi/wasi.ts";

/** What a family receives for a call. */
export interface FamilyCall {
  readonly stopPage: StopPage;
  /** For families that need the `system`; others must not use it. */
  readonly system: Wasi;
  /** For families that need the `network`; others must not use it. */
  readonly network: HttpGuestEnd;
  /** For families that need the `host`. */
  readonly host: HostDoor;
  /** The numeric host functions that the module imports. */
  readonly numericImports: readonly NumericImport[];
}

/** A family while a call runs. */
export interface OpenFamily {
  /**
   * Every function by name: an object without a prototype, private to the call.
   */
  readonly imports: WebAssembly.ModuleImports;
  /**
   * Sets the memory that the guest's pointers refer to.
   *
   * @param exports What the guest exports; untrusted like everything else.
   */
  attach(memory: WebAssembly.Memory, exports: WebAssembly.Exports): void;
  /** What the guest was refused. */
  denied?(): readonly DeniedRequest[];
  /** Releases the family's resources, however the guest ended. */
  close?(): void;
}

/** The module that has a family's implementation. */
export interface FamilyProvider {
  /** Opens the family for a call. */
  readonly open: (call: FamilyCall) => OpenFamily;
}
