/** A fresh instance of a module: memories, limits and start. */

import { PAGE_BYTES } from "../contract/page_bytes.ts";
import type { CallPlan } from "../contract/call_plan.ts";
import type { ImportName, InstancePlan } from "../contract/instance_plan.ts";
import { ExecutionFailed } from "../errors.ts";
import { quote } from "../quote.ts";
import type { OpenFamily } from "../imports/open_family.ts";
import type { MemoryReserve } from "./memory_reserve.ts";

/** What an instance is created from. */
export interface InstanceSource {
  readonly module: WebAssembly.Module;
  readonly plan: InstancePlan;
  /** Provides the memories, and takes them back. */
  readonly reserve: Pick<MemoryReserve, "take" | "give">;
}

/** A function that a guest exports; its result is untrusted. */
export type GuestFunction = (...args: (number | bigint)[]) => unknown;

/** An instance for one call. */
export class GuestInstance {
  readonly #module: WebAssembly.Module;
  readonly #plan: InstancePlan;
  readonly #reserve: InstanceSource["reserve"];
  readonly #memories: readonly WebAssembly.Memory[];
  /** Pages for arguments with which the memory was created. */
  readonly #pagesAhead: number;
  #argumentPages = 0;
  #fuelLimit = 0n;
  #maxMemoryBytes: number;
  /** Empty until instantiated. */
  #exports: WebAssembly.Exports = {};

  /**
   * Takes the memories, which must be released later.
   *
   * @param argumentBytes The memory that the arguments will need.
   */
  constructor(loaded: InstanceSource, argumentBytes: number) {
    this.#module = loaded.module;
    this.#plan = loaded.plan;
    this.#reserve = loaded.reserve;
    this.#maxMemoryBytes = loaded.plan.maxMemoryBytes;
    this.#memories = loaded.reserve.take(pagesFor(argumentBytes));
    this.#pagesAhead = this.#memories.reduce(
      (pages, { buffer }) => pages + pagesFor(buffer.byteLength),
      0,
    ) - plannedPages(loaded.plan);
  }

  /**
   * Instantiates the module. No guest code runs yet.
   *
   * @param imports The functions that it imports; memories are added.
   * @throws {WebAssembly.RuntimeError} when a segment does not fit.
   */
  instantiate(
    stopPage: WebAssembly.Memory,
    imports: WebAssembly.Imports,
  ): void {
    this.#plan.memories.forEach((plan, index) =>
      define(imports, plan, this.#memories[index]!)
    );
    define(imports, this.#plan.stopPage, stopPage);
    this.#exports = new WebAssembly.Instance(this.#module, imports).exports;
  }

  /**
   * Begins a call.
   *
   * @param families The imported families, by module name.
   * @param limits Limits of this call, if lower than the module's.
   */
  begin(
    families: ReadonlyMap<string, OpenFamily>,
    limits: Pick<CallPlan, "maxFuel" | "maxMemoryBytes">,
  ): void {
    const { fuel, maxMemoryBytes } = this.#plan;
    this.#maxMemoryBytes = limits.maxMemoryBytes ?? maxMemoryBytes;
    const pointedInto = this.#exports["memory"] ?? this.#memories[0];
    if (pointedInto instanceof WebAssembly.Memory) {
      for (const family of families.values()) {
        family.attach(pointedInto, this.#exports);
      }
    }
    if (!fuel) return;
    this.#fuelLimit = limits.maxFuel === undefined
      ? fuel.limit
      : BigInt(limits.maxFuel);
    this.#fuelCounter(fuel.export).value = -this.#fuelLimit;
  }

  /** Runs the start function and `_initialize`, if present. */
  start(): void {
    const { startExport, fuel } = this.#plan;
    if (fuel) this.#fuelCounter(fuel.export).value += fuel.start;
    if (startExport !== undefined) {
      (this.#exports[startExport] as GuestFunction)();
    }
    if (typeof this.#exports["_initialize"] === "function") {
      this.function("_initialize")();
    }
  }

  /** @throws {ExecutionFailed} when there is no function with this name. */
  function(name: string): GuestFunction {
    const found = this.#exports[name];
    if (typeof found !== "function") {
      throw new ExecutionFailed(
        `Module exports no function ${quote(name)}`,
      );
    }
    return found as GuestFunction;
  }

  /** Whether the guest exports a function with this name. */
  has(name: string): boolean {
    return typeof this.#exports[name] === "function";
  }

  /** @throws {ExecutionFailed} when no memory is exported as `memory`. */
  get memory(): WebAssembly.Memory {
    const { memory } = this.#exports;
    if (!(memory instanceof WebAssembly.Memory)) {
      throw new ExecutionFailed('Module exports no memory "memory"');
    }
    return memory;
  }

  /** The guest's memories, in index order. */
  get memories(): readonly WebAssembly.Memory[] {
    return this.#memories;
  }

  /** All exports, including those added by preparation. */
  get exports(): WebAssembly.Exports {
    return this.#exports;
  }

  /** The current size of all memories and tables, in bytes. */
  get memoryBytes(): number {
    const { usedExport } = this.#plan;
    const used = usedExport === undefined
      ? undefined
      : this.#exports[usedExport];
    if (typeof used === "function") return Number(used());
    return this.#memories.reduce(
      (sum, memory) => sum + memory.buffer.byteLength,
      this.#plan.tableBytes,
    );
  }

  /** Fuel consumed so far; 0 if it is not counted. */
  get fuelConsumed(): bigint {
    const { fuel } = this.#plan;
    if (!fuel) return 0n;
    return this.#fuelCounter(fuel.export).value + this.#fuelLimit;
  }

  /** Whether more fuel was consumed than the call's limit. */
  get hasOverrun(): boolean {
    const { fuel } = this.#plan;
    return fuel !== undefined && this.#fuelCounter(fuel.export).value > 0n;
  }

  /** Whether fuel is counted and used up. */
  get isOutOfFuel(): boolean {
    const { fuel } = this.#plan;
    return fuel !== undefined && this.#fuelCounter(fuel.export).value >= 0n;
  }

  /**
   * Grows the exported memory, within the limit.
   *
   * @returns the offset of the new memory, or undefined if it can't grow.
   */
  grow(bytes: number): number | undefined {
    const pages = pagesFor(bytes);
    const { memory } = this;
    this.#argumentPages = pages;
    if (this.#pagesAhead === pages) {
      return memory.buffer.byteLength - pages * PAGE_BYTES;
    }
    const offset = memory.buffer.byteLength;
    const wanted = this.memoryBytes + pages * PAGE_BYTES;
    if (wanted > this.#maxMemoryBytes) return undefined;
    try {
      growMemory(memory, pages);
    } catch {
      return undefined;
    }
    return offset;
  }

  /** Releases the memories; the instance must not run afterwards. */
  release(): void {
    this.#reserve.give(this.#memories, this.#argumentPages);
  }

  /** Without an instance nothing is consumed. */
  #fuelCounter(name: string): { value: bigint } {
    const counter = this.#exports[name] as WebAssembly.Global | undefined;
    return counter ?? { value: -this.#fuelLimit };
  }
}

/** Adds a memory to the imports from a module, which may also be a family. */
function define(
  imports: WebAssembly.Imports,
  at: ImportName,
  value: WebAssembly.Memory,
): void {
  const module = imports[at.module] ??= Object.create(null);
  (module as WebAssembly.ModuleImports)[at.name] = value;
}

function pagesFor(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES);
}

function plannedPages(plan: InstancePlan): number {
  return plan.memories.reduce((sum, { initialPages }) => sum + initialPages, 0);
}

/** Grows a memory with 32-bit or 64-bit addresses. */
export function growMemory(memory: WebAssembly.Memory, pages: number): void {
  try {
    memory.grow(pages);
  } catch (error) {
    // A 64-bit memory takes only bigints.
    if (!(error instanceof TypeError)) throw error;
    memory.grow(BigInt(pages) as unknown as number);
  }
}
