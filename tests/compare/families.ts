/** The families of attacks, each loaded by its name. */

import type { Family } from "./subject.ts";

/** Names, and what loads them; what an attack is, only its family knows. */
export const FAMILIES: Readonly<
  Record<string, () => Promise<Family<unknown>>>
> = {
  modules: async () =>
    (await import("./modules/family.ts")).MODULES as Family<unknown>,
  python: async () =>
    (await import("./python/family.ts")).PYTHON as Family<unknown>,
  javascript: async () =>
    (await import("./javascript/family.ts")).JAVASCRIPT as Family<unknown>,
};
