/** What every call of a worker has. */

import type { GuestEnd } from "../channel/guest_end.ts";
import type { SystemGrants } from "../channel/messages.ts";
import type { StopPage } from "../stop_page.ts";
import type { Http } from "../imports/http/http.ts";

/** What every call of a worker has. */
export interface CallContext {
  readonly channel: GuestEnd;
  readonly stopPage: StopPage;
  readonly grants: SystemGrants;
  /** The most bytes that a tool may answer with. */
  readonly maxResultBytes: number;
  /** Opens the network for a call, once a module needs it. */
  readonly openHttp?: () => Http;
}
