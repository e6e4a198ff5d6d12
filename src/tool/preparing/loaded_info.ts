/** What is known about a prepared module, whichever thread prepared it. */

import { ExportTable, type PackedExports } from "../../channel/export_table.ts";
import type { ImportInfo, ModuleInfo } from "../../prepare/module_info.ts";
import type { CarriedSchema } from "../../prepare/read/tool_schema.ts";

/** What preparation learnt, with an index of the exports. */
export interface LoadedInfo extends Omit<ModuleInfo, "exports"> {
  /** Each distinct import, all of which the sandbox provides. */
  readonly imports: readonly ImportInfo[];
  readonly exports: ExportTable;
  /** The schema embedded in a program, if any. */
  readonly schema: CarriedSchema | undefined;
}

/**
 * The form posted between threads: its size is bounded, whatever the module
 * declares.
 */
export interface PackedInfo extends Omit<LoadedInfo, "exports"> {
  readonly exports: PackedExports;
}

/** A module that can be instantiated, and what is known about it. */
export interface LoadedModule {
  readonly module: WebAssembly.Module;
  readonly info: LoadedInfo;
}

/** Builds the index of the packed exports. */
export function unpackInfo(info: PackedInfo): LoadedInfo {
  return { ...info, exports: new ExportTable(info.exports) };
}
