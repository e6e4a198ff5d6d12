import { CompilationFailed, SandboxError } from "../../../src/errors.ts";
import type { ModuleInfo } from "../../../src/prepare/module_info.ts";
import { prepareModule } from "../../../src/prepare/prepare.ts";
import { parseModule } from "../../../src/prepare/read/parsed_module.ts";
import type { FuncType } from "../../../src/wasm/func_type.ts";
import { makeMemory } from "../../prepare/guest_run.ts";

/** One way of running a module. */
export type WayName = "bare" | "guarded" | "fuelled";

/** A limit that no test reaches: only what rewriting does is compared. */
const LIMIT_BYTES = 2 ** 34;
const FUEL = 2n ** 60n;

export type Exports = Record<string, WebAssembly.ExportValue>;

/** What a suite's modules import, and what they can be asked. */
export interface Running {
  readonly exports: Exports;
  /** The type of an exported function, where it can be told. */
  readonly types: ReadonlyMap<string, FuncType>;
}

/** One way of running modules, with the modules that it has registered. */
export class Way {
  readonly name: WayName;
  readonly registered: Map<string, Exports> = new Map();
  readonly #stop: WebAssembly.Memory = new WebAssembly.Memory({
    initial: 1,
    maximum: 1,
    shared: true,
  });

  constructor(name: WayName) {
    this.name = name;
    this.registered.set("spectest", spectest());
  }

  /** Whether the module compiles; the reason why not when it is refused. */
  compile(bytes: Uint8Array<ArrayBuffer>): string {
    try {
      if (this.name === "bare") {
        return WebAssembly.validate(bytes) ? "valid" : "invalid";
      }
      const { bytes: prepared } = this.#prepare(bytes);
      return WebAssembly.validate(prepared) ? "valid" : "rewritten badly";
    } catch (error) {
      if (error instanceof SandboxError) return "invalid";
      throw error;
    }
  }

  instantiate(bytes: Uint8Array<ArrayBuffer>): Running {
    const types = exportTypes(bytes);
    if (this.name === "bare") {
      const module = new WebAssembly.Module(bytes);
      const instance = new WebAssembly.Instance(module, this.#imports());
      return { exports: instance.exports, types };
    }
    const { bytes: prepared, info } = this.#prepare(bytes);
    const module = new WebAssembly.Module(prepared);
    const instance = new WebAssembly.Instance(module, this.#injected(info));
    const { exports } = instance;
    if (info.fuelExport !== undefined) {
      (exports[info.fuelExport] as WebAssembly.Global).value = -FUEL;
    }
    if (info.startExport !== undefined) {
      (exports[info.startExport] as () => void)();
    }
    return { exports, types };
  }

  #prepare(bytes: Uint8Array) {
    const fuel = this.name === "fuelled";
    return prepareModule(bytes, { maxMemoryBytes: LIMIT_BYTES, fuel });
  }

  #imports(): WebAssembly.Imports {
    return Object.fromEntries(this.registered);
  }

  #injected(info: ModuleInfo): WebAssembly.Imports {
    const { module, name } = info.stopPage;
    const own: Record<string, WebAssembly.ImportValue> = { [name]: this.#stop };
    for (const memory of info.memories) {
      if (memory.module === module) own[memory.name] = makeMemory(memory);
    }
    return { ...this.#imports(), [module]: own };
  }
}

/** The suite's host module. */
function spectest(): Exports {
  const print = () => {};
  const global = (value: WebAssembly.ValueType, initial: number | bigint) =>
    new WebAssembly.Global({ value, mutable: false }, initial);
  const prints = [
    "print",
    "print_i32",
    "print_i64",
    "print_f32",
    "print_f64",
    "print_i32_f32",
    "print_f64_f64",
  ];
  const table64 = {
    element: "anyfunc",
    initial: 10n,
    maximum: 20n,
    address: "i64",
  } as unknown as WebAssembly.TableDescriptor;
  return {
    ...Object.fromEntries(prints.map((name) => [name, print])),
    global_i32: global("i32", 666),
    global_i64: global("i64", 666n),
    global_f32: global("f32", 666.6),
    global_f64: global("f64", 666.6),
    table: new WebAssembly.Table({
      element: "anyfunc",
      initial: 10,
      maximum: 20,
    }),
    table64: new WebAssembly.Table(table64),
    memory: new WebAssembly.Memory({ initial: 1, maximum: 2 }),
  } as unknown as Exports;
}

/** Types of exported functions; none when the module is refused. */
function exportTypes(bytes: Uint8Array): Map<string, FuncType> {
  const types = new Map<string, FuncType>();
  try {
    const guest = parseModule(bytes);
    for (const { name, code, index } of guest.exports) {
      if (code === 0) types.set(name, guest.type(guest.functions[index]!));
    }
  } catch (error) {
    if (!(error instanceof CompilationFailed)) throw error;
  }
  return types;
}
