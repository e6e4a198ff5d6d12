/** What a module is and would need, found out without running any of it. */

import {
  CompilationFailed,
  MemoryLimitExceeded,
  type SandboxError,
} from "../errors.ts";
import { type Guest, readGuest } from "../prepare/guest.ts";
import type {
  ExternKind,
  ModuleInfo,
  Signature,
  ValueKind,
} from "../prepare/module_info.ts";
import { prepareModule } from "../prepare/prepare.ts";
import { type ModuleSource, readModuleSource } from "./module_source.ts";

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
  /** Whether a sandbox has something to offer for all of them. */
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

const PAGE_BYTES = 65_536;
/** The most that a configuration can grant. */
const MOST_MEMORY_BYTES = 2 ** 40;
const WASI = "wasi_snapshot_preview1";
const NETWORK = "cortex_http";
/** The import modules that guest workers offer functions of. */
const PROVIDED: ReadonlySet<string> = new Set();
/** Names that a message lists before it counts the rest. */
const MOST_NAMES = 5;

/**
 * Finds out what a module is and would need, without running any of it, and
 * also when a sandbox would refuse it. What V8 finds invalid is no module.
 *
 * ```ts
 * import { inspectModule } from "@cortexai/sandbox";
 *
 * const { roles, needs } = await inspectModule(
 *   new URL("./fixtures/tools/echo.wasm", import.meta.url),
 * );
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
  const { info, refusal } = prepare(bytes);
  const items = info ?? await reflect(bytes, refusal!);
  const guest = tryReadGuest(bytes);
  const imports = families(items.imports);
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return {
    sha256: new Uint8Array(hash).toHex(),
    sizeBytes: bytes.length,
    roles: roles(items.exports),
    imports,
    exports: items.exports.map(inspectItem),
    memories: guest?.memories.map(inspectMemory) ?? [],
    features: info?.features ?? [],
    customSections: guest?.customSections.map(({ name }) => name) ?? [],
    hasStart: guest?.start !== undefined,
    needs: {
      memoryBytes: info?.initialBytes,
      wasi: imports.some(({ module }) => module === WASI),
      network: imports.some(({ module }) => module === NETWORK),
    },
    refusals: [...refusal ? [refusal.message] : [], ...unprovided(imports)],
  };
}

/** An import or export as either source describes it. */
interface Item {
  readonly name: string;
  readonly kind: ExternKind;
  readonly signature?: Signature;
}

/** Imports and exports, from preparation or from V8. */
interface Items {
  readonly imports: readonly (Item & { readonly module: string })[];
  readonly exports: readonly Item[];
}

interface Preparation {
  readonly info?: ModuleInfo;
  readonly refusal?: SandboxError;
}

/** Prepares as a sandbox does, with the highest limit that there is. */
function prepare(bytes: Uint8Array): Preparation {
  try {
    const options = { maxMemoryBytes: MOST_MEMORY_BYTES, fuel: false };
    return { info: prepareModule(bytes, options).info };
  } catch (error) {
    if (
      error instanceof CompilationFailed || error instanceof MemoryLimitExceeded
    ) return { refusal: error };
    throw error;
  }
}

/** Asks V8 about a module that preparation refused. V8 tells no signatures. */
async function reflect(
  bytes: Uint8Array<ArrayBuffer>,
  refusal: SandboxError,
): Promise<Items> {
  try {
    const module = await WebAssembly.compile(bytes);
    return {
      imports: WebAssembly.Module.imports(module),
      exports: WebAssembly.Module.exports(module),
    } as Items;
  } catch {
    throw refusal;
  }
}

/** Everything but the code, unless that is what preparation refused. */
function tryReadGuest(bytes: Uint8Array): Guest | undefined {
  try {
    return readGuest(bytes);
  } catch (error) {
    if (error instanceof CompilationFailed) return undefined;
    throw error;
  }
}

function families(imports: Items["imports"]): ImportFamily[] {
  const grouped = Map.groupBy(imports, ({ module }) => module);
  return [...grouped].map(([module, items]) => ({
    module,
    items: items.map(inspectItem),
    isProvided: PROVIDED.has(module) || items.every(isMemory),
  }));
}

/** Memories are made for every module, whatever it calls them. */
function isMemory({ kind }: { readonly kind: ExternKind }): boolean {
  return kind === "memory";
}

function inspectItem({ name, kind, signature }: Item): InspectedItem {
  const { params, results } = signature ?? {};
  return { name, kind, params, results };
}

function inspectMemory(limits: Guest["memories"][number]): InspectedMemory {
  const { minimum, maximum, index64 } = limits;
  return {
    initialPages: minimum,
    initialBytes: minimum * PAGE_BYTES,
    maximumPages: maximum,
    maximumBytes: maximum === undefined ? undefined : maximum * PAGE_BYTES,
    index64,
  };
}

function roles(exports: Items["exports"]): ModuleRole[] {
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

function unprovided(imports: readonly ImportFamily[]): string[] {
  return imports.filter(({ isProvided }) => !isProvided)
    .map(({ module, items }) => {
      const foreign = items.filter((item) => !isMemory(item));
      const names = foreign.slice(0, MOST_NAMES).map(({ name }) => quote(name));
      const rest = foreign.length - names.length;
      return `Nothing provides what it imports from ${quote(module)}: ${
        names.join(", ")
      }${rest > 0 ? ` and ${rest} more` : ""}`;
    });
}

function quote(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}
