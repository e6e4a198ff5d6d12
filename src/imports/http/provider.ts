/** Opens the network for a call. */

import type { FamilyCall, OpenFamily } from "../open_family.ts";
import { Http } from "./http.ts";

/** Opens it with the worker's connection to the network. */
export function open({ network, stopPage }: FamilyCall): OpenFamily {
  return new Http(network, stopPage);
}
