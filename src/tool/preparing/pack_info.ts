/** Packs what preparation learnt into a form that the host decodes quickly. */

import { packExports } from "../../channel/export_table.ts";
import { MAX_SCHEMA_BYTES } from "../../channel/schema_bytes.ts";
import { CompilationFailed } from "../../errors.ts";
import type { CompiledModule } from "../../prepare/compile.ts";
import type { ImportInfo } from "../../prepare/module_info.ts";
import { readToolSchema } from "../../prepare/read/tool_schema.ts";
import { checkImports } from "../check_imports.ts";
import type { PackedInfo } from "./loaded_info.ts";

/** Total length of all export names, which are sent as one string. */
const MAX_EXPORT_NAMES = 2 * 1024 * 1024;
/** Total number of parameters and results in the types of the exports. */
const MAX_EXPORT_VALUES = 1024 * 1024;

/**
 * Checks the imports and packs the result.
 *
 * @param bytes The module as the guest wrote it.
 * @throws {CompilationFailed} when an import can't be provided, or the export
 * names or types are too long.
 */
export function packInfo(
  { info }: CompiledModule,
  bytes: Uint8Array,
): PackedInfo {
  checkImports(info);
  const names = info.exports.reduce((sum, { name }) => sum + name.length, 0);
  check("export names have", names, "characters", MAX_EXPORT_NAMES);
  const signatures = new Set(info.exports.map(({ signature }) => signature));
  let values = 0;
  for (const signature of signatures) {
    if (!signature) continue;
    values += signature.params.length + signature.results.length;
  }
  check("exports have", values, "parameters and results", MAX_EXPORT_VALUES);
  return {
    ...info,
    imports: distinct(info.imports),
    exports: packExports(info.exports),
    schema: readToolSchema(bytes, MAX_SCHEMA_BYTES),
  };
}

function check(what: string, value: number, unit: string, limit: number): void {
  if (value <= limit) return;
  throw new CompilationFailed(
    `Cannot load module: its ${what} ${value} ${unit}, limit is ${limit}`,
  );
}

function distinct(imports: readonly ImportInfo[]): ImportInfo[] {
  const seen = new Map<string, ImportInfo>();
  for (const entry of imports) {
    const key = JSON.stringify([entry.module, entry.name, entry.kind]);
    if (!seen.has(key)) seen.set(key, entry);
  }
  return [...seen.values()];
}
