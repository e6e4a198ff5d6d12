/** The context shared by all calls of a worker. */

import type { GuestEnd } from "../channel/guest_end.ts";
import type { SystemGrants } from "../contract/system_grants.ts";
import type { StopPage } from "../stop_page.ts";
import type { HttpGuestEnd } from "../channel/http_guest_end.ts";

/** The context shared by all calls of a worker. */
export interface CallContext {
  readonly channel: GuestEnd;
  readonly stopPage: StopPage;
  readonly grants: SystemGrants;
  /** The size limit of a tool's result, in bytes. */
  readonly maxResultBytes: number;
  /** The connection to the network, once a module needs it. */
  readonly network?: HttpGuestEnd;
}
