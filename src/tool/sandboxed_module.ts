/** A prepared and compiled module: load once, call many times. */

import { PAGE_BYTES } from "../contract/page_bytes.ts";
import type { InstancePlan, NumericImport } from "../contract/instance_plan.ts";
import type { SandboxConfig } from "../config/sandbox_config.ts";
import { ExecutionFailed } from "../errors.ts";
import { familiesOf, findFamily } from "../imports/families.ts";
import type { WorkerModule } from "../host/guest/worker_options.ts";
import type { Signature } from "../prepare/module_info.ts";
import { quote } from "../quote.ts";
import type { LoadedInfo, LoadedModule } from "./preparing/loaded_info.ts";

let nextId = 1;

/** An id that is unique among the modules and sessions of this process. */
export function nextModuleId(): number {
  return nextId++;
}

/** Creates a module; used only by sandboxes. */
export let createModule: (
  sha256: string,
  compiled: LoadedModule,
  config: SandboxConfig,
) => SandboxedModule;

/** The part of a module that workers receive. */
export let workerModule: (module: SandboxedModule) => WorkerModule;

/** What preparation learnt about a module. */
export let moduleInfo: (module: SandboxedModule) => LoadedInfo;

/** A module that a sandbox has loaded. Made by `ToolSandbox.loadModule`. */
export class SandboxedModule {
  /** SHA-256 of the original bytes, in hexadecimal. */
  readonly sha256: string;
  readonly #info: LoadedInfo;
  readonly #worker: WorkerModule;

  /** @internal Only a sandbox makes modules. */
  protected constructor(
    sha256: string,
    info: LoadedInfo,
    worker: Omit<WorkerModule, "id">,
  ) {
    this.sha256 = sha256;
    this.#info = info;
    this.#worker = { id: nextModuleId(), ...worker };
  }

  static {
    createModule = (sha256, { info, module }, config) =>
      new SandboxedModule(sha256, info, {
        module,
        plan: instancePlan(info, config),
      });
    workerModule = (module) => module.#worker;
    moduleInfo = (module) => module.#info;
  }

  /** The names of its exports, in order. */
  get exports(): readonly string[] {
    return this.#info.exports.names();
  }
}

/**
 * The signature of an exported function.
 *
 * @throws {ExecutionFailed} when there is no such function.
 */
export function exportSignature(
  module: SandboxedModule,
  name: string,
): Signature {
  const found = moduleInfo(module).exports.find(name);
  if (!found?.signature) {
    const shown = quote(name);
    throw new ExecutionFailed(`Module exports no function ${shown}`);
  }
  return found.signature;
}

/** Whether it imports WASI, and so may use files. */
export function usesSystem(module: SandboxedModule): boolean {
  return workerModule(module).plan.families
    .some((one) => findFamily(one)?.needs.includes("system"));
}

/** The numeric host functions that a module imports. */
function numericImports({ imports }: LoadedInfo): NumericImport[] {
  return imports.flatMap(({ module, name, signature }) =>
    signature && findFamily(module)?.isOpen
      ? [{ name, ...signature as Omit<NumericImport, "name"> }]
      : []
  );
}

function instancePlan(info: LoadedInfo, config: SandboxConfig): InstancePlan {
  const { exports } = info;
  const families = familiesOf(info.imports);
  const memoryBytes = info.memories
    .reduce((sum, { initialPages }) => sum + initialPages * PAGE_BYTES, 0);
  return {
    memories: info.memories,
    stopPage: info.stopPage,
    families: families.map(({ module }) => module),
    numericImports: numericImports(info),
    usesHttp: families.some(({ needs }) => needs.includes("network")),
    runsAtStart: info.startExport !== undefined || exports.has("_initialize"),
    hasAllocator: exports.has("__tool_alloc"),
    startExport: info.startExport,
    state: info.state,
    fuel: info.fuelExport === undefined || config.maxFuel === undefined
      ? undefined
      : {
        export: info.fuelExport,
        limit: config.maxFuel,
        start: BigInt(info.startFuel),
      },
    usedExport: info.usedExport,
    maxMemoryBytes: config.maxMemoryBytes,
    tableBytes: info.initialBytes - memoryBytes,
  };
}
