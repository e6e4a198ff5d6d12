/** How the guest's worker creates an instance, as preparation determined. */

/** The two-level name of an import. */
export interface ImportName {
  readonly module: string;
  readonly name: string;
}

/**
 * One of a guest's memories. After preparation all memories are imports, which
 * the worker creates for every fresh instance.
 */
export interface MemoryPlan extends ImportName {
  /** Initial size in pages of 64 KiB. */
  readonly initialPages: number;
  /**
   * Maximum size in pages: the declared maximum, or the limit if that is lower.
   */
  readonly maximumPages: number;
  /** Whether it is a 64-bit memory (memory64). */
  readonly index64: boolean;
}

/** The four number types, and `"other"` for every other value type. */
export type ValueKind = "i32" | "i64" | "f32" | "f64" | "other";

/** The number types. */
export type NumberKind = Exclude<ValueKind, "other">;

/** A numeric host function that a module imports, by its configured name. */
export interface NumericImport {
  readonly name: string;
  readonly params: readonly NumberKind[];
  readonly results: readonly NumberKind[];
}

/** An injected export of a mutable global of number type. */
export interface StateGlobal {
  readonly name: string;
  readonly kind: NumberKind;
}

/** A table of the module, with its declared limits. */
export interface StateTable {
  /** The name of the injected export. */
  readonly name: string;
  readonly minimum: number;
  readonly maximum: number | undefined;
}

/**
 * The injected exports through which the state of an instance is saved and
 * restored: its mutable globals and its tables.
 */
export interface StatePlan {
  /** Why the state can't be saved; then nothing is exported. */
  readonly refusal: string | undefined;
  readonly globals: readonly StateGlobal[];
  /** Empty if no code can write to a table. */
  readonly tables: readonly StateTable[];
}

/** The exported global that counts fuel, and its limit. */
export interface FuelPlan {
  readonly export: string;
  readonly limit: bigint;
  /** The fuel cost of starting an instance. */
  readonly start: bigint;
}

/** How an instance of a module is created, limited and started. */
export interface InstancePlan {
  readonly memories: readonly MemoryPlan[];
  readonly stopPage: ImportName;
  /** The modules that it imports functions from. */
  readonly families: readonly string[];
  /** The numeric host functions that it imports. */
  readonly numericImports: readonly NumericImport[];
  /** Whether any of them needs the fetching worker. */
  readonly usesHttp: boolean;
  /** Whether its code runs before a call: a start function or `_initialize`. */
  readonly runsAtStart: boolean;
  /** Whether it allocates memory for arguments itself, with `__tool_alloc`. */
  readonly hasAllocator: boolean;
  /** The export to call before anything else. */
  readonly startExport: string | undefined;
  readonly state: StatePlan;
  readonly fuel: FuelPlan | undefined;
  /**
   * The export that returns the size of memories and tables, if they can grow.
   */
  readonly usedExport: string | undefined;
  /** The total size limit of memories and tables, in bytes. */
  readonly maxMemoryBytes: number;
  /** The initial size of the tables, in bytes, which counts toward it. */
  readonly tableBytes: number;
}
