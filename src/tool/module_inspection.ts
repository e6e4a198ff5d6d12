/** What inspection finds out about a module: plain data. */

import type { ExternKind, ValueKind } from "../prepare/module_info.ts";

export type { ExternKind, ValueKind };

/** An import or an export of a module. */
export interface InspectedItem {
  /** Its name, which the module chose: any text. */
  readonly name: string;
  /** What it is. */
  readonly kind: ExternKind;
  /** What a function takes; `undefined` when it is none, or not known. */
  readonly params: readonly ValueKind[] | undefined;
  /** What a function returns; `undefined` when it is none, or not known. */
  readonly results: readonly ValueKind[] | undefined;
}

/** The imports that name the same module, such as `wasi_snapshot_preview1`. */
export interface ImportFamily {
  /** The name of the module they are imported from: any text. */
  readonly module: string;
  /** What is imported from it. */
  readonly items: readonly InspectedItem[];
  /** Whether a sandbox provides all of them. */
  readonly isProvided: boolean;
}

/** A memory of a module. */
export interface InspectedMemory {
  /** Pages of 64 KiB at the start. */
  readonly initialPages: number;
  /** Bytes at the start. */
  readonly initialBytes: number;
  /** Pages at most; `undefined` when the module sets no maximum. */
  readonly maximumPages: number | undefined;
  /** Bytes at most; `undefined` when the module sets no maximum. */
  readonly maximumBytes: number | undefined;
  /** Whether its addresses are 64 bits wide. */
  readonly index64: boolean;
}

/** What a module is: by its exports, so that one can be several. */
export type ModuleRole = "tool" | "command" | "reactor";

/** What a module would need to run. */
export interface ModuleNeeds {
  /** Bytes of memories and tables at the start; `undefined`, not known. */
  readonly memoryBytes: number | undefined;
  /** Whether it imports WASI. */
  readonly wasi: boolean;
  /** Whether it imports the network. */
  readonly network: boolean;
  /**
   * Whether it asks the host for functions by name: which ones, it says when it
   * runs. The option `functions` offers them.
   */
  readonly hostFunctions: boolean;
  /**
   * The names of the functions of numbers that it imports from the host, sorted;
   * the option `numericFunctions` has to offer each.
   */
  readonly numericFunctions: readonly string[];
}

/** What {@linkcode inspectModule} finds out: plain data. */
export interface ModuleInspection {
  /** SHA-256 of the bytes, in hexadecimal. */
  readonly sha256: string;
  /** How many bytes the module has. */
  readonly sizeBytes: number;
  /**
   * What it is: a `tool` exports the tool ABI, a `command` exports `_start`, a
   * `reactor` exports `_initialize`. Empty for a plain library.
   */
  readonly roles: readonly ModuleRole[];
  /** Its imports, by the module they come from. */
  readonly imports: readonly ImportFamily[];
  /** Its exports, in order. */
  readonly exports: readonly InspectedItem[];
  /** Its memories, imported ones first. */
  readonly memories: readonly InspectedMemory[];
  /** The proposals beyond the first version that it uses, sorted. */
  readonly features: readonly string[];
  /** The names of its custom sections, in order. */
  readonly customSections: readonly string[];
  /** Whether a function runs as soon as it is instantiated. */
  readonly hasStart: boolean;
  /** What it would need to run. */
  readonly needs: ModuleNeeds;
  /** Why a sandbox would not run it, one reason each; empty when it would. */
  readonly refusals: readonly string[];
}
