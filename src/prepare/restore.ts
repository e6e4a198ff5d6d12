/**
 * Restores a module that was prepared before, so that its code need not be
 * walked again. Everything else comes from the original.
 */

import { readTypeSection } from "../wasm/func_type.ts";
import { Reader } from "../wasm/reader.ts";
import { readSections, SectionId } from "../wasm/section.ts";
import type { CompiledModule } from "./compile.ts";
import { type CodeFindings, describe, KINDS } from "./describe.ts";
import { MODULE_LIMITS } from "./limits/module_limits.ts";
import { processTypes } from "./limits/type_budget.ts";
import type { PrepareOptions } from "./prepare.ts";
import type { ParsedModule } from "./read/parsed_module.ts";
import {
  type InjectedNames,
  memoryName,
  STOP_PAGE_NAME,
} from "./read/unique_names.ts";
import { type Guest, readGuest } from "./read_guest.ts";
import { stateExports } from "./state_exports.ts";

/** What was kept of a preparation. */
export interface KeptModule {
  /** The prepared bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly found: CodeFindings;
}

/** The type limits of a module to which preparation has added its own. */
const PREPARED_TYPES = {
  ...MODULE_LIMITS,
  types: MODULE_LIMITS.types + MODULE_LIMITS.injectedFunctions,
  typeValues: MODULE_LIMITS.typeValues + 16 * MODULE_LIMITS.injectedFunctions,
};

/**
 * Compiles what was kept of a module.
 *
 * Whoever can write the cache controls what runs: the presence of the checks is
 * not verified again. The imports and exports are compared with those that
 * preparation would produce.
 *
 * @param original The bytes as the guest wrote them.
 * @returns undefined if the cached module can't be used.
 * @throws {CompilationFailed} when the original is not a valid module, or a
 * refused one.
 * @throws {MemoryLimitExceeded} when it declares more memory than the limit.
 */
export async function restoreModule(
  original: Uint8Array,
  kept: KeptModule,
  options: PrepareOptions,
): Promise<CompiledModule | undefined> {
  const { maxMemoryBytes: limitBytes, fuel } = options;
  if (!spendTypes(kept.bytes)) return undefined;
  // V8 compiles in threads of its own, while this one reads the original.
  const compiling = compileIfValid(kept.bytes);
  const read = readGuest(original, limitBytes);
  const module = await compiling;
  if (!module || !isLinkedLike(module, read, kept.found, fuel)) {
    return undefined;
  }
  const { guest, ...rest } = read;
  const info = describe(guest, { limitBytes, fuel, ...rest, ...kept.found });
  return { module, info };
}

async function compileIfValid(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<WebAssembly.Module | undefined> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    return undefined;
  }
}

/** Counts the types, before V8 sees them; false where there are none to read. */
function spendTypes(prepared: Uint8Array): boolean {
  let types;
  try {
    const sections = readSections(
      new Reader(prepared),
      MODULE_LIMITS.sections,
    );
    const section = sections.find(({ id }) => id === SectionId.type);
    types = section
      ? readTypeSection(
        new Reader(prepared, section.contents, section.end),
        PREPARED_TYPES,
      )
      : [];
  } catch {
    return false;
  }
  processTypes.spend(types);
  return true;
}

/** Whether a compiled module imports and exports what it should. */
function isLinkedLike(
  module: WebAssembly.Module,
  { guest, names }: Guest,
  found: CodeFindings,
  fuel: boolean,
): boolean {
  const imports = WebAssembly.Module.imports(module)
    .map((one) => JSON.stringify([one.module, one.name, one.kind]));
  const exports = WebAssembly.Module.exports(module)
    .map((one) => JSON.stringify([one.name, one.kind]));
  return isSameList(imports, importsOf(guest, names)) &&
    isSameList(exports, exportsOf(guest, names, found, fuel));
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index]);
}

function importsOf(guest: ParsedModule, names: InjectedNames): string[] {
  let memories = 0;
  const memory = () =>
    JSON.stringify([names.module, memoryName(memories++), "memory"]);
  const declared = guest.imports.map(({ module, name, entity: { kind } }) =>
    kind === "memory" ? memory() : JSON.stringify([module, name, kind])
  );
  while (memories < guest.memories.length) declared.push(memory());
  const stop = JSON.stringify([names.module, STOP_PAGE_NAME, "memory"]);
  return [...declared, stop];
}

function exportsOf(
  guest: ParsedModule,
  names: InjectedNames,
  { changes, hasUsedExport }: CodeFindings,
  fuel: boolean,
): string[] {
  const own = [...guest.exports, ...stateExports(guest, names, changes)]
    .map(({ name, code }) => JSON.stringify([name, KINDS[code]]));
  const added = (name: string, kind: string) => JSON.stringify([name, kind]);
  if (guest.start !== undefined) own.push(added(names.startExport, "function"));
  if (fuel) own.push(added(names.fuelExport, "global"));
  if (hasUsedExport) own.push(added(names.usedExport, "function"));
  return own;
}
