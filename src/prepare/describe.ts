/** Describes a prepared module to the host and the workers. */

import { ExternCode } from "../wasm/entity.ts";
import type { FuncType } from "../wasm/func_type.ts";
import { FEATURES } from "../wasm/operators.ts";
import {
  isReference,
  typeIndexOf,
  ValueCode,
  type ValueType,
} from "../wasm/value_type.ts";
import type { InstanceChanges } from "./read/operator_walk.ts";
import type { ParsedModule } from "./read/parsed_module.ts";
import { NUMBER_KINDS } from "./number_kinds.ts";
import { describeState } from "./state_exports.ts";
import { capMemory } from "./limits/memory_plan.ts";
import type {
  ExportInfo,
  ExternKind,
  ImportInfo,
  ModuleInfo,
  Signature,
  ValueKind,
} from "./module_info.ts";
import type { MemoryPlan } from "../contract/instance_plan.ts";
import {
  type InjectedNames,
  memoryName,
  STOP_PAGE_NAME,
} from "./read/unique_names.ts";

/** What only a walk over the code finds out, as plain data. */
export interface CodeFindings {
  readonly hasUsedExport: boolean;
  /** Bits of {@linkcode FEATURES} that its code uses. */
  readonly operatorFeatures: number;
  /** What the code may do to an instance. */
  readonly changes: InstanceChanges;
  /** The estimated size of its machine code in bytes. */
  readonly machineCodeBytes: number;
}

/** What is known of the guest, for {@linkcode describe}. */
export interface Findings extends CodeFindings {
  readonly names: InjectedNames;
  readonly limitBytes: number;
  readonly fuel: boolean;
  readonly initialBytes: number;
}

/** An entry and a call, as in any other function. */
const START_FUEL = 2;

/** The plain data that describes the module to the host and to workers. */
export function describe(guest: ParsedModule, findings: Findings): ModuleInfo {
  const { names, fuel, initialBytes } = findings;
  return {
    imports: guest.imports.map((one) => describeImport(guest, one)),
    exports: guest.exports.map((one) => describeExport(guest, one)),
    memories: describeMemories(guest, findings),
    stopPage: { module: names.module, name: STOP_PAGE_NAME },
    startExport: guest.start === undefined ? undefined : names.startExport,
    fuelExport: fuel ? names.fuelExport : undefined,
    usedExport: findings.hasUsedExport ? names.usedExport : undefined,
    startFuel: fuel && guest.start !== undefined ? START_FUEL : 0,
    state: describeState(guest, names, findings.changes),
    initialBytes,
    machineCodeBytes: findings.machineCodeBytes,
    features: describeFeatures(guest, findings.operatorFeatures),
  };
}

/** The kinds of imports and exports, by their codes. */
export const KINDS: readonly ExternKind[] = Object.entries(ExternCode)
  .sort(([, a], [, b]) => a - b)
  .map(([kind]) => kind as ExternKind);

/** One object per type, shared by all exports of that type. */
const SIGNATURES = new WeakMap<FuncType, Signature>();

/** A function type, with `"other"` for every type that is not a number. */
export function signature(type: FuncType): Signature {
  const known = SIGNATURES.get(type);
  if (known) return known;
  const kind = (one: ValueType): ValueKind => NUMBER_KINDS[one] ?? "other";
  const made = {
    params: type.params.map(kind),
    results: type.results.map(kind),
  };
  SIGNATURES.set(type, made);
  return made;
}

function describeImport(
  guest: ParsedModule,
  { module, name, entity }: ParsedModule["imports"][number],
): ImportInfo {
  const { kind } = entity;
  if (kind !== "function") return { module, name, kind };
  return { module, name, kind, signature: signature(guest.type(entity.type)) };
}

function describeExport(
  guest: ParsedModule,
  { name, code, index }: ParsedModule["exports"][number],
): ExportInfo {
  const kind = KINDS[code]!;
  if (kind !== "function") return { name, kind };
  const type = guest.type(guest.functions[index]!);
  return { name, kind, signature: signature(type) };
}

function describeMemories(
  guest: ParsedModule,
  findings: Findings,
): MemoryPlan[] {
  return guest.memories.map((limits, index) => {
    const capped = capMemory(limits, findings.limitBytes);
    return {
      module: findings.names.module,
      name: memoryName(index),
      initialPages: limits.minimum,
      maximumPages: capped.maximum ?? limits.minimum,
      index64: limits.index64,
    };
  });
}

function describeFeatures(guest: ParsedModule, bits: number): string[] {
  const features = new Set(guest.features);
  FEATURES.forEach((feature, i) => {
    if (i > 0 && bits & (1 << i)) features.add(feature);
  });
  if (guest.memories.length > 1) features.add("multi-memory");
  if (guest.tables.length > 1) features.add("reference-types");
  if (guest.tags.length > 0) features.add("exceptions");
  const spaces = [...guest.memories, ...guest.tables.map((one) => one.limits)];
  if (spaces.some((limits) => limits.index64)) features.add("memory64");
  addTypeFeatures(guest, features);
  return [...features].sort();
}

function addTypeFeatures(guest: ParsedModule, features: Set<string>): void {
  for (const { params, results } of guest.types) {
    if (results.length > 1) features.add("multi-value");
    for (const type of params) addTypeFeature(type, features);
    for (const type of results) addTypeFeature(type, features);
  }
  for (const { value } of guest.globals) addTypeFeature(value, features);
}

function addTypeFeature(type: ValueType, features: Set<string>): void {
  if (type === ValueCode.v128) features.add("simd");
  else if (typeIndexOf(type) >= 0) features.add("function-references");
  else if (isReference(type)) features.add("reference-types");
}
