/** Opens WASI preview 1 for a call: the system itself, which the call closes. */

import type { FamilyCall, OpenFamily } from "../open_family.ts";

/** Opens it on the call's system. */
export function open({ system }: FamilyCall): OpenFamily {
  return {
    imports: system.imports,
    attach: (memory) => system.attach(memory),
  };
}
