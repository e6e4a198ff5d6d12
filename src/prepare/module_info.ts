/**
 * What preparation learnt about a module: plain, cloneable data that the host
 * plans with and a guest worker builds the imports from.
 */

import type {
  ImportName,
  MemoryPlan,
  StatePlan,
  ValueKind,
} from "../contract/instance_plan.ts";

export type { ValueKind };

/** A function's parameters and results, in order. */
export interface Signature {
  readonly params: readonly ValueKind[];
  readonly results: readonly ValueKind[];
}

/** What an import or export is. */
export type ExternKind = "function" | "table" | "memory" | "global" | "tag";

/** An import that the guest itself declared. */
export interface ImportInfo {
  readonly module: string;
  readonly name: string;
  readonly kind: ExternKind;
  /** For functions only. */
  readonly signature?: Signature;
}

/** An export that the guest itself declared. */
export interface ExportInfo {
  readonly name: string;
  readonly kind: ExternKind;
  /** For functions only. */
  readonly signature?: Signature;
}

/** What preparation learnt about a module. */
export interface ModuleInfo {
  /** The guest's own imports, memories included, in order. */
  readonly imports: readonly ImportInfo[];
  /** The guest's own exports, in order. */
  readonly exports: readonly ExportInfo[];
  /** The guest's memories, imported and defined, in index order. */
  readonly memories: readonly MemoryPlan[];
  /** Where the module imports the stop page from. */
  readonly stopPage: ImportName;
  /** The injected export that is the start function, if there was one. */
  readonly startExport: string | undefined;
  /**
   * The injected exported global, a mutable i64, that counts fuel: set it to
   * minus the limit before anything runs; it is at or above 0 once the fuel is
   * used up. Undefined when the module was prepared without fuel.
   */
  readonly fuelExport: string | undefined;
  /**
   * The injected export that sums the bytes of memories and tables; undefined
   * when no table can grow.
   */
  readonly usedExport: string | undefined;
  /**
   * Fuel that starting costs beside what the start function itself does:
   * wasmtime calls it from code of its own, which costs 2. With fuel counted,
   * charge this once an instance.
   */
  readonly startFuel: number;
  /** What of an instance can be taken and put back, memories aside. */
  readonly state: StatePlan;
  /** Bytes that its memories and tables take at the start. */
  readonly initialBytes: number;
  /** Bytes of machine code that V8 may make of its functions, once they ran. */
  readonly machineCodeBytes: number;
  /** Names of the proposals beyond the MVP that it uses, sorted. */
  readonly features: readonly string[];
}
