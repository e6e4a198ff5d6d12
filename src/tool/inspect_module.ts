/** What a module is and would need, found out without running any of it. */

import { sha256Hex } from "./sha256.ts";
import {
  CompilationFailed,
  MemoryLimitExceeded,
  quoteName,
  type SandboxError,
} from "../errors.ts";
import {
  type ParsedModule,
  parseModule,
} from "../prepare/read/parsed_module.ts";
import type {
  ExportInfo,
  ExternKind,
  ImportInfo,
  ModuleInfo,
} from "../prepare/module_info.ts";
import { prepareModule } from "../prepare/prepare.ts";
import { refusal as importRefusal } from "./check_imports.ts";
import type {
  ImportFamily,
  InspectedItem,
  InspectedMemory,
  ModuleInspection,
  ModuleRole,
} from "./module_inspection.ts";
import { HTTP_MODULE, WASI_MODULE } from "./sandboxed_module.ts";
import { type ModuleSource, readModuleSource } from "./module_source.ts";

const PAGE_BYTES = 65_536;
/** The most that a configuration can grant. */
const MOST_MEMORY_BYTES = 2 ** 40;
/** Names that a message lists before it counts the rest. */
const MOST_NAMES = 5;

/**
 * Finds out what a module is and would need, without running any of it, and
 * also when a sandbox would refuse it. What V8 finds invalid is no module.
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
  const { info, refusal } = prepare(bytes);
  const items = info ?? await reflect(bytes, refusal!);
  const guest = tryReadGuest(bytes);
  const imports = families(items.imports);
  return {
    sha256: await sha256Hex(bytes),
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
      wasi: imports.some(({ module }) => module === WASI_MODULE),
      network: imports.some(({ module }) => module === HTTP_MODULE),
    },
    refusals: [
      ...refusal ? [refusal.message] : [],
      ...unprovided(items.imports),
    ],
  };
}

/** Imports and exports, from preparation or from V8. */
interface Items {
  readonly imports: readonly ImportInfo[];
  readonly exports: readonly ExportInfo[];
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
function tryReadGuest(bytes: Uint8Array): ParsedModule | undefined {
  try {
    return parseModule(bytes);
  } catch (error) {
    if (error instanceof CompilationFailed) return undefined;
    throw error;
  }
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
  limits: ParsedModule["memories"][number],
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

/** One reason for all imports that share it: there may be thousands. */
function unprovided(imports: readonly ImportInfo[]): string[] {
  const refused = imports.filter((one) => importRefusal(one) !== undefined);
  const grouped = Map.groupBy(
    refused,
    (one) => `${quoteName(one.module)}, ${importRefusal(one)}`,
  );
  return [...grouped].map(([from, items]) => {
    const names = items.slice(0, MOST_NAMES).map(({ name }) => quoteName(name));
    const rest = items.length - names.length;
    return `Cannot load module: it imports ${names.join(", ")}${
      rest > 0 ? ` and ${rest} more` : ""
    } from ${from}`;
  });
}
