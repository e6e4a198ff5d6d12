/** Opens `cortex_host` for a call. */

import type { FamilyCall, OpenFamily } from "../open_family.ts";
import { CortexHost } from "./cortex_host.ts";

/** Opens it with the call's access to host functions. */
export function open({ host, stopPage }: FamilyCall): OpenFamily {
  return new CortexHost(host, stopPage);
}
