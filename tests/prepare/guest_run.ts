import {
  prepareModule,
  type PrepareOptions,
} from "../../src/prepare/prepare.ts";
import type { ModuleInfo } from "../../src/prepare/module_info.ts";
import { StopPage } from "../../src/stop_page.ts";

export const MIB: number = 1 << 20;

/** A prepared module's instance, with what a worker would keep beside it. */
export interface GuestRun {
  readonly exports: Record<string, (...values: unknown[]) => unknown>;
  readonly memories: readonly WebAssembly.Memory[];
  readonly stop: StopPage;
  readonly info: ModuleInfo;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Prepares and instantiates a module on this thread. */
export function runGuest(
  bytes: Uint8Array,
  imports: Record<string, Record<string, unknown>> = {},
  options: Partial<PrepareOptions> = {},
): GuestRun {
  const prepared = prepareModule(bytes, {
    maxMemoryBytes: 64 * MIB,
    fuel: false,
    ...options,
  });
  const { info } = prepared;
  const page = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const all: Record<string, Record<string, unknown>> = {};
  const put = (module: string, name: string, value: unknown) => {
    (all[module] ??= {})[name] = value;
  };
  for (const [module, names] of Object.entries(imports)) {
    for (const [name, value] of Object.entries(names)) put(module, name, value);
  }
  const memories = info.memories.map((memory) => makeMemory(memory));
  info.memories.forEach((memory, i) =>
    put(memory.module, memory.name, memories[i])
  );
  put(info.stopPage.module, info.stopPage.name, page);
  const module = new WebAssembly.Module(prepared.bytes);
  const instance = new WebAssembly.Instance(
    module,
    all as WebAssembly.Imports,
  );
  return {
    exports: instance.exports as GuestRun["exports"],
    memories,
    stop: new StopPage(page),
    info,
    bytes: prepared.bytes,
  };
}

export function makeMemory(
  memory: ModuleInfo["memories"][number],
): WebAssembly.Memory {
  const { initialPages, maximumPages, index64 } = memory;
  if (!index64) {
    return new WebAssembly.Memory({
      initial: initialPages,
      maximum: maximumPages,
    });
  }
  // The type library does not know memories with 64-bit addresses yet.
  const descriptor = {
    address: "i64",
    initial: BigInt(initialPages),
    maximum: BigInt(maximumPages),
  };
  return new WebAssembly.Memory(
    descriptor as unknown as WebAssembly.MemoryDescriptor,
  );
}
