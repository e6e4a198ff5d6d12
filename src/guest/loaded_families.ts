/** The families that a module imports, loaded once and opened per call. */

import type { GuestQuestions } from "../channel/guest_questions.ts";
import type { HttpGuestEnd } from "../channel/http_guest_end.ts";
import type { NumericImport } from "../contract/instance_plan.ts";
import type { HostDoor } from "../imports/host_door.ts";
import type { FamilyNeed, ImportFamily } from "../imports/import_family.ts";
import type {
  FamilyCall,
  FamilyProvider,
  OpenFamily,
} from "../imports/open_family.ts";
import type { Wasi } from "../imports/wasi/wasi.ts";
import type { CallContext } from "./call_context.ts";
import type { CallSystem } from "./call_system.ts";
import type { StateImage } from "../contract/state_image.ts";
import type { PlannedCall } from "./planned_call.ts";

/** Creates the WASI state of a call, or of all calls of a session. */
export type OpenSystem = (
  call: PlannedCall,
  context: CallContext,
  image: StateImage | undefined,
) => CallSystem;

/** The worker code that a module's calls need. */
export interface LoadedFamilies {
  /** The provider of each family, by module name. */
  readonly providers: ReadonlyMap<string, FamilyProvider>;
  /** For modules that need WASI. */
  readonly openSystem: OpenSystem | undefined;
  /** For modules that need host functions. */
  readonly host: ((questions: GuestQuestions) => HostDoor) | undefined;
}

const NONE: LoadedFamilies = {
  providers: new Map(),
  openSystem: undefined,
  host: undefined,
};

/**
 * Loads the code of families. WASI is most of a worker's code, and is loaded
 * with the first module that needs it.
 *
 * @param hasFolders Whether the worker's guests are granted host folders.
 */
export async function loadFamilies(
  modules: readonly string[],
  hasFolders: boolean,
): Promise<LoadedFamilies> {
  if (modules.length === 0) return NONE;
  const { findFamily } = await import("../imports/families.ts");
  const providers = new Map<string, FamilyProvider>();
  const needs = new Set<FamilyNeed>();
  for (const module of modules) {
    const family: ImportFamily | undefined = findFamily(module);
    if (!family) throw new Error("Worker has no such family of imports");
    providers.set(module, await family.load());
    for (const need of family.needs) needs.add(need);
  }
  const openSystem = needs.has("system")
    ? await systemOpener(hasFolders)
    : undefined;
  const host = needs.has("host") ? await hostDoor() : undefined;
  return { providers, openSystem, host };
}

/** Host folders need Node's file system, which takes 20 ms to load. */
async function systemOpener(hasFolders: boolean): Promise<OpenSystem> {
  const { CallSystem } = await import("./call_system.ts");
  const Folders = hasFolders
    ? (await import("../imports/wasi/host_folders.ts")).HostFolders
    : undefined;
  return (call, context, image) =>
    new CallSystem(call, context, image, Folders);
}

async function hostDoor(): Promise<LoadedFamilies["host"]> {
  const { HostDoor } = await import("../imports/host_door.ts");
  return (questions) => new HostDoor(questions);
}

/** Opens a module's families for one call. */
export function openFamilies(
  { providers, host }: LoadedFamilies,
  { channel, stopPage, network }: CallContext,
  system: Wasi | undefined,
  numericImports: readonly NumericImport[],
): ReadonlyMap<string, OpenFamily> {
  if (providers.size === 0) return NOTHING_OPEN;
  const call: FamilyCall = {
    stopPage,
    numericImports,
    get host(): HostDoor {
      return host?.(channel.questions) ?? missing("host");
    },
    get system(): Wasi {
      return system ?? missing("system");
    },
    get network(): HttpGuestEnd {
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

/** A family uses something that it did not declare: an internal bug. */
function missing(need: string): never {
  throw new Error(`Worker has no ${need} for a family of imports`);
}
