/** Opens `cortex_host` for a call. */

import type { FamilyCall, OpenFamily } from "../open_family.ts";
import { CortexHost } from "./cortex_host.ts";

/** Opens it on the call's way to the host. */
export function open({ host, stopPage }: FamilyCall): OpenFamily {
  return new CortexHost(host, stopPage);
}
