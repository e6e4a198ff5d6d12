/** Describes a module and its requirements from its bytes alone. */

import { PAGE_BYTES } from "../contract/page_bytes.ts";
import { familiesOf, findFamily, importRefusal } from "../imports/families.ts";
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

/** What the bytes alone tell, without their hash. */
export type BytesInspection = Omit<ModuleInspection, "sha256">;

/**
 * Inspects a module's bytes. How long that takes is up to the module's author.
 *
 * @throws {CompilationFailed} when the bytes are not a valid module.
 */
export function inspectBytes(bytes: Uint8Array): BytesInspection {
  const { info, outline, refusal } = examineModule(bytes);
  const { imports, exports, memories, customSections, hasStart } = outline;
  return {
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
  const families = familiesOf(imports);
  const all = families.flatMap(({ needs }) => needs);
  const numeric = imports
    .filter(({ module, kind }) =>
      kind === "function" && findFamily(module)?.isOpen
    )
    .map(({ name }) => name);
  return {
    memoryBytes,
    wasi: all.includes("system"),
    network: all.includes("network"),
    hostFunctions: families
      .some(({ needs, isOpen }) => needs.includes("host") && !isOpen),
    numericFunctions: [...new Set(numeric)].sort(),
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
