/** The families that a module imports from, loaded once and opened per call. */

import type { ImportFamily } from "../imports/import_family.ts";
import type { FamilyProvider, OpenFamily } from "../imports/open_family.ts";
import type { Wasi } from "../imports/wasi/wasi.ts";
import type { CallContext } from "./call_context.ts";
import type { CallSystem } from "./call_system.ts";

/** What the calls of a module need of the worker's code. */
export interface LoadedFamilies {
  /** What each family does, by its module. */
  readonly providers: ReadonlyMap<string, FamilyProvider>;
  /** For modules that need the system. */
  readonly System: typeof CallSystem | undefined;
}

const NONE: LoadedFamilies = { providers: new Map(), System: undefined };

/**
 * Loads the code of families. The system interface is most of the code of a
 * worker, and comes with the first module that needs it.
 */
export async function loadFamilies(
  modules: readonly string[],
): Promise<LoadedFamilies> {
  if (modules.length === 0) return NONE;
  const { findFamily } = await import("../imports/families.ts");
  const providers = new Map<string, FamilyProvider>();
  let needsSystem = false;
  for (const module of modules) {
    const family: ImportFamily | undefined = findFamily(module);
    if (!family) throw new Error("Worker has no such family of imports");
    providers.set(module, await family.load());
    needsSystem ||= family.needs.includes("system");
  }
  const System = needsSystem
    ? (await import("./call_system.ts")).CallSystem
    : undefined;
  return { providers, System };
}

/** Opens a module's families for one call. */
export function openFamilies(
  { providers }: LoadedFamilies,
  { stopPage, network }: CallContext,
  system: Wasi | undefined,
): ReadonlyMap<string, OpenFamily> {
  if (providers.size === 0) return NOTHING_OPEN;
  const call = {
    stopPage,
    get system(): Wasi {
      return system ?? missing("system");
    },
    get network() {
      return network ?? missing("network");
    },
  };
  const open = new Map<string, OpenFamily>();
  for (const [module, provider] of providers) {
    open.set(module, provider.open(call));
  }
  return open;
}

const NOTHING_OPEN: ReadonlyMap<string, OpenFamily> = new Map();

/** A family's list of needs lacks what it asks for: a bug of ours. */
function missing(need: string): never {
  throw new Error(`Worker has no ${need} for a family of imports`);
}
