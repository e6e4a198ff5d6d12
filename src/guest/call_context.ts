/** What every call of a worker has. */

import type { GuestEnd } from "../channel/guest_end.ts";
import type { SystemGrants } from "../contract/system_grants.ts";
import type { StopPage } from "../stop_page.ts";
import type { HttpGuestEnd } from "../channel/http_guest_end.ts";

/** What every call of a worker has. */
export interface CallContext {
  readonly channel: GuestEnd;
  readonly stopPage: StopPage;
  readonly grants: SystemGrants;
  /** The most bytes that a tool may answer with. */
  readonly maxResultBytes: number;
  /** The way to the network, once a module needs it. */
  readonly network?: HttpGuestEnd;
}
