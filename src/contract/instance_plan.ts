/** How an instance is made: what preparing learnt, for the guest's worker. */

/** A name in the import space of a module. */
export interface ImportName {
  readonly module: string;
  readonly name: string;
}

/**
 * One of a guest's memories. All of them are imports after preparation, and
 * the worker makes them for every fresh instance.
 */
export interface MemoryPlan extends ImportName {
  /** Pages of 64 KiB at the start. */
  readonly initialPages: number;
  /** Pages at most: the declared maximum, or the limit if that is lower. */
  readonly maximumPages: number;
  /** Whether addresses are 64 bits wide. */
  readonly index64: boolean;
}

/** The four number types, and one name for every other value type. */
export type ValueKind = "i32" | "i64" | "f32" | "f64" | "other";

/** The types that are numbers. */
export type NumberKind = Exclude<ValueKind, "other">;

/** A function of numbers that a module imports, by a configured name. */
export interface NumericImport {
  readonly name: string;
  readonly params: readonly NumberKind[];
  readonly results: readonly NumberKind[];
}

/** An injected export of a mutable global, which is a number. */
export interface StateGlobal {
  readonly name: string;
  readonly kind: NumberKind;
}

/** A table of it, with its limits as they are declared. */
export interface StateTable {
  /** The export that it has beside its own. */
  readonly name: string;
  readonly minimum: number;
  readonly maximum: number | undefined;
}

/**
 * The injected exports through which the state of an instance is taken and put
 * back: its mutable globals and its tables.
 */
export interface StatePlan {
  /** Why it can't be: nothing is exported then. */
  readonly refusal: string | undefined;
  readonly globals: readonly StateGlobal[];
  /** Empty where no code can write to any. */
  readonly tables: readonly StateTable[];
}

/** The exported global that counts fuel, and what it may count to. */
export interface FuelPlan {
  readonly export: string;
  readonly limit: bigint;
  /** What starting an instance costs by itself. */
  readonly start: bigint;
}

/** How an instance of a module is made, limited and started. */
export interface InstancePlan {
  readonly memories: readonly MemoryPlan[];
  readonly stopPage: ImportName;
  /** The modules that it imports functions from. */
  readonly families: readonly string[];
  /** Functions of numbers that it imports from the host. */
  readonly numericImports: readonly NumericImport[];
  /** Whether any of them needs the fetching worker. */
  readonly usesHttp: boolean;
  /** Whether code of its own runs before a call: a start or `_initialize`. */
  readonly runsAtStart: boolean;
  /** Whether it says itself where arguments go: `__tool_alloc`. */
  readonly hasAllocator: boolean;
  /** The export to call before anything else. */
  readonly startExport: string | undefined;
  readonly state: StatePlan;
  readonly fuel: FuelPlan | undefined;
  /** The export that sums what memories and tables take, where they can grow. */
  readonly usedExport: string | undefined;
  /** The most bytes that memories and tables may take together. */
  readonly maxMemoryBytes: number;
  /** What the tables take of it at the start. */
  readonly tableBytes: number;
}
