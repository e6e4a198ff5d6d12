/** What a module is and would need, found out without running any of it. */

import { familiesOf, importRefusal } from "../imports/families.ts";
import { examineModule } from "../prepare/examine.ts";
import type {
  ExportInfo,
  ExternKind,
  ImportInfo,
} from "../prepare/module_info.ts";
import type { ModuleOutline } from "../prepare/outline.ts";
import { importRefusals } from "./check_imports.ts";
import type {
  ImportFamily,
  InspectedItem,
  InspectedMemory,
  ModuleInspection,
  ModuleNeeds,
  ModuleRole,
} from "./module_inspection.ts";
import { type ModuleSource, readModuleSource } from "./module_source.ts";
import { sha256Hex } from "./sha256.ts";

const PAGE_BYTES = 65_536;

/**
 * Finds out what a module is and would need, without running any of it, and
 * also when a sandbox would refuse it: then names and types are told as far as
 * they could be read. What V8 finds invalid is no module.
 *
 * ```ts
 * import { inspectModule } from "@cortexai/sandbox";
 *
 * const { roles, needs } = await inspectModule("fixtures/tools/echo.wasm");
 * console.log(roles, needs.memoryBytes); // [ "tool" ] 65536
 * ```
 *
 * @throws {CompilationFailed} when the bytes are no module.
 * @throws {PermissionDenied} when this process may not read `source`.
 */
export async function inspectModule(
  source: ModuleSource,
): Promise<ModuleInspection> {
  const bytes = await readModuleSource(source);
  const { info, outline, refusal } = examineModule(bytes);
  const { imports, exports, memories, customSections, hasStart } = outline;
  return {
    sha256: await sha256Hex(bytes),
    sizeBytes: bytes.length,
    roles: roles(exports),
    imports: families(imports),
    exports: exports.map(inspectItem),
    memories: memories.map(inspectMemory),
    features: info?.features ?? [],
    customSections,
    hasStart,
    needs: needs(imports, info?.initialBytes),
    refusals: [
      ...refusal === undefined ? [] : [refusal],
      ...importRefusals(imports),
    ],
  };
}

function needs(
  imports: readonly ImportInfo[],
  memoryBytes: number | undefined,
): ModuleNeeds {
  const all = familiesOf(imports).flatMap(({ needs }) => needs);
  return {
    memoryBytes,
    wasi: all.includes("system"),
    network: all.includes("network"),
  };
}

function families(imports: readonly ImportInfo[]): ImportFamily[] {
  const grouped = Map.groupBy(imports, ({ module }) => module);
  return [...grouped].map(([module, items]) => ({
    module,
    items: items.map(inspectItem),
    isProvided: items.every((item) => importRefusal(item) === undefined),
  }));
}

function inspectItem({ name, kind, signature }: ExportInfo): InspectedItem {
  const { params, results } = signature ?? {};
  return { name, kind, params, results };
}

function inspectMemory(
  limits: ModuleOutline["memories"][number],
): InspectedMemory {
  const { minimum, maximum, index64 } = limits;
  return {
    initialPages: minimum,
    initialBytes: minimum * PAGE_BYTES,
    maximumPages: maximum,
    maximumBytes: maximum === undefined ? undefined : maximum * PAGE_BYTES,
    index64,
  };
}

function roles(exports: readonly ExportInfo[]): ModuleRole[] {
  const has = (name: string, wanted: ExternKind = "function") =>
    exports.some((one) => one.name === name && one.kind === wanted);
  const isTool = has("memory", "memory") && has("__tool_schema") &&
    has("__tool_execute");
  return [
    ...isTool ? ["tool"] as const : [],
    ...has("_start") ? ["command"] as const : [],
    ...has("_initialize") ? ["reactor"] as const : [],
  ];
}
