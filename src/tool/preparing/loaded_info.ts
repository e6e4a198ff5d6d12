/** What is known about a module that was prepared, in another thread or here. */

import { ExportTable, type PackedExports } from "../../channel/export_table.ts";
import type { ImportInfo, ModuleInfo } from "../../prepare/module_info.ts";
import type { CarriedSchema } from "../../prepare/read/tool_schema.ts";

/** What preparation learnt, with the exports in a table. */
export interface LoadedInfo extends Omit<ModuleInfo, "exports"> {
  /** Each import once, which a sandbox provides. */
  readonly imports: readonly ImportInfo[];
  readonly exports: ExportTable;
  /** The schema that a program carries, if it does. */
  readonly schema: CarriedSchema | undefined;
}

/** The same as it is posted: its size is bounded, whatever the module says. */
export interface PackedInfo extends Omit<LoadedInfo, "exports"> {
  readonly exports: PackedExports;
}

/** A module that can be instantiated, and what is known about it. */
export interface LoadedModule {
  readonly module: WebAssembly.Module;
  readonly info: LoadedInfo;
}

/** Makes a table of the packed exports. */
export function unpackInfo(info: PackedInfo): LoadedInfo {
  return { ...info, exports: new ExportTable(info.exports) };
}
