/** Chooses names for injected items that the guest does not use. */

import type { ParsedModule } from "./parsed_module.ts";

/** Names of what is injected: none of them is one of the guest's own. */
export interface InjectedNames {
  /** The module that injected imports come from. */
  readonly module: string;
  readonly startExport: string;
  readonly fuelExport: string;
  readonly usedExport: string;
  /** What the names of exported globals and tables begin with. */
  readonly statePrefix: string;
}

const PREFIX = "cortexai:sandbox";

/** The import name of the stop page. */
export const STOP_PAGE_NAME = "stop";

/** The import name of a memory of the guest's, imported or its own. */
export function memoryName(index: number): string {
  return `memory${index}`;
}

export function injectedNames(guest: ParsedModule): InjectedNames {
  const modules = new Set(guest.imports.map((one) => one.module));
  const exports = new Set(guest.exports.map((one) => one.name));
  return {
    module: unused(PREFIX, modules),
    startExport: unused(`${PREFIX}/start`, exports),
    fuelExport: unused(`${PREFIX}/fuel`, exports),
    usedExport: unused(`${PREFIX}/used`, exports),
    statePrefix: unusedPrefix(`${PREFIX}/state`, exports),
  };
}

/** The export name of one of the guest's mutable globals. */
export function globalExport(names: InjectedNames, index: number): string {
  return `${names.statePrefix}/global${index}`;
}

/** The export name of one of the guest's tables. */
export function tableExport(names: InjectedNames, index: number): string {
  return `${names.statePrefix}/table${index}`;
}

function unusedPrefix(name: string, taken: ReadonlySet<string>): string {
  const own = [...taken].filter((one) => one.startsWith(name));
  let candidate = name;
  for (let i = 1; own.some((one) => one.startsWith(candidate)); i++) {
    candidate = `${name}#${i}`;
  }
  return candidate;
}

function unused(name: string, taken: ReadonlySet<string>): string {
  let candidate = name;
  for (let i = 1; taken.has(candidate); i++) candidate = `${name}#${i}`;
  return candidate;
}
