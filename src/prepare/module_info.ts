/**
 * What preparation learnt about a module: plain, cloneable data for the host,
 * and for guest workers to build the imports.
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

/** The kind of an import or export. */
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
   * The fuel cost of starting, in addition to the start function itself:
   * wasmtime calls it from generated code, which costs 2. With fuel, charge
   * this once per instance.
   */
  readonly startFuel: number;
  /**
   * The state of an instance that can be saved and restored, besides memories.
   */
  readonly state: StatePlan;
  /** The initial size of its memories and tables, in bytes. */
  readonly initialBytes: number;
  /**
   * The estimated machine code of its functions once they have run, in bytes.
   */
  readonly machineCodeBytes: number;
  /** Names of the proposals beyond the MVP that it uses, sorted. */
  readonly features: readonly string[];
}
