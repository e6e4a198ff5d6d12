/** Opens WASI preview 1 for a call. */

import type { FamilyCall, OpenFamily } from "../open_family.ts";

/** Opens it with the call's WASI state. */
export function open({ system }: FamilyCall): OpenFamily {
  return {
    imports: system.imports,
    attach: (memory) => system.attach(memory),
  };
}
