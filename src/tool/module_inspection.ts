/** What inspection reports about a module, as plain data. */

import type { ExternKind, ValueKind } from "../prepare/module_info.ts";

export type { ExternKind, ValueKind };

/** An import or an export of a module. */
export interface InspectedItem {
  /** Its name, chosen by the module: any text. */
  readonly name: string;
  /** Its kind. */
  readonly kind: ExternKind;
  /**
   * A function's parameters; `undefined` if it is not a function, or its type
   * is unknown.
   */
  readonly params: readonly ValueKind[] | undefined;
  /**
   * A function's results; `undefined` if it is not a function, or its type is
   * unknown.
   */
  readonly results: readonly ValueKind[] | undefined;
}

/** The imports from one module, such as `wasi_snapshot_preview1`. */
export interface ImportFamily {
  /** The name of the module that they are imported from: any text. */
  readonly module: string;
  /** The imported items. */
  readonly items: readonly InspectedItem[];
  /** Whether a sandbox provides all of them. */
  readonly isProvided: boolean;
}

/** A memory of a module. */
export interface InspectedMemory {
  /** Initial size in pages of 64 KiB. */
  readonly initialPages: number;
  /** Initial size in bytes. */
  readonly initialBytes: number;
  /** Maximum size in pages; `undefined` if the module sets none. */
  readonly maximumPages: number | undefined;
  /** Maximum size in bytes; `undefined` if the module sets none. */
  readonly maximumBytes: number | undefined;
  /** Whether it is a 64-bit memory (memory64). */
  readonly index64: boolean;
}

/** What a module is, by its exports; a module can have several roles. */
export type ModuleRole = "tool" | "command" | "reactor";

/** What a module needs to run. */
export interface ModuleNeeds {
  /** Initial bytes of its memories and tables; `undefined` if unknown. */
  readonly memoryBytes: number | undefined;
  /** Whether it imports WASI. */
  readonly wasi: boolean;
  /** Whether it imports network functions. */
  readonly network: boolean;
  /**
   * Whether it can call host functions by name; the names are known only at run
   * time. The option `functions` offers them.
   */
  readonly hostFunctions: boolean;
  /**
   * The names of the numeric host functions that it imports, sorted; the option
   * `numericFunctions` must offer each.
   */
  readonly numericFunctions: readonly string[];
}

/** The result of {@linkcode inspectModule}, as plain data. */
export interface ModuleInspection {
  /** SHA-256 of the bytes, in hexadecimal. */
  readonly sha256: string;
  /** The size of the module in bytes. */
  readonly sizeBytes: number;
  /**
   * Its roles: a `tool` exports the tool ABI, a `command` exports `_start`, a
   * `reactor` exports `_initialize`. Empty for a plain library.
   */
  readonly roles: readonly ModuleRole[];
  /** Its imports, grouped by module. */
  readonly imports: readonly ImportFamily[];
  /** Its exports, in order. */
  readonly exports: readonly InspectedItem[];
  /** Its memories, imported ones first. */
  readonly memories: readonly InspectedMemory[];
  /** The post-MVP proposals that it uses, sorted. */
  readonly features: readonly string[];
  /** The names of its custom sections, in order. */
  readonly customSections: readonly string[];
  /** Whether it has a start function, which runs at instantiation. */
  readonly hasStart: boolean;
  /** What it needs to run. */
  readonly needs: ModuleNeeds;
  /** Why a sandbox would refuse it, one reason each; empty if it would not. */
  readonly refusals: readonly string[];
}
