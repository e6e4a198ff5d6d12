/**
 * An instance kept between calls: restored to a snapshot after each call, or
 * carried on by a session.
 *
 * The mutable state of an instance is its memories, mutable globals and tables.
 * Modules that drop segments are refused; everything else in an instance is
 * constant. A memory or table that has grown can't shrink, so such an instance
 * is discarded and a fresh one is filled.
 */

import type { CallPlan } from "../../contract/call_plan.ts";
import type { InstancePlan } from "../../contract/instance_plan.ts";
import type { StateImage } from "../../contract/state_image.ts";
import { ExecutionFailed } from "../../errors.ts";
import type { OpenFamily } from "../../imports/open_family.ts";
import { growMemory, GuestInstance } from "../instance.ts";
import { newMemories } from "../memory_reserve.ts";
import { LinkedImports } from "./linked_imports.ts";
import { MemoryRestorer, takeMemory } from "./memory_state.ts";
import { TableState } from "./table_state.ts";

/** The export called before each call that starts from a snapshot. */
export const RESUMED_EXPORT = "__snapshot_resumed";

/** The copier takes 64-bit addresses as 32-bit values. */
const MAX_PAGES = 65_535;
/** Images up to this size are restored before an answer is sent. */
const SMALL_PAGES = 32;

/** What a kept instance is created from. */
export interface KeptModule {
  readonly module: WebAssembly.Module;
  readonly plan: InstancePlan;
  readonly stopPage: WebAssembly.Memory;
  /** The modules that copy into each memory. */
  readonly copiers: readonly WebAssembly.Module[];
}

/** An instance and the recorded state of its tables. */
interface MadeInstance {
  readonly guest: GuestInstance;
  readonly tables: TableState;
}

/** A kept instance and the state that it is restored to. */
export class KeptInstance {
  readonly #source: KeptModule;
  readonly #links: LinkedImports;
  readonly #functions: readonly string[];
  #image: StateImage | undefined;
  /** Undefined after failing to create an instance, until the next attempt. */
  #made: MadeInstance | undefined;
  #restorers: readonly MemoryRestorer[] = [];
  /** Which guest code must run before the next call. */
  #due: "start" | "resume" | "nothing";
  #restoreMs: number;

  /** @param image The saved state to start from, if any. */
  constructor(source: KeptModule, image: StateImage | undefined) {
    const since = performance.now();
    this.#source = source;
    this.#image = image;
    this.#links = new LinkedImports(source.module);
    this.#functions = WebAssembly.Module.exports(source.module)
      .filter(({ kind }) => kind === "function").map(({ name }) => name);
    this.#due = image ? "resume" : "start";
    this.#tryMake();
    this.#restoreMs = image ? performance.now() - since : 0;
  }

  /** The state that calls start from, if any. */
  get image(): StateImage | undefined {
    return this.#image;
  }

  /** The plans of its memories, in order. */
  get memories(): readonly unknown[] {
    return this.#source.plan.memories;
  }

  /** Milliseconds taken to restore the state for the next call. */
  get restoreMs(): number {
    return this.#restoreMs;
  }

  /** Whether restoring is fast enough for an answer to wait for it. */
  get isSmall(): boolean {
    const { memories = [] } = this.#image ?? {};
    return memories.reduce((sum, { pages }) => sum + pages, 0) <= SMALL_PAGES;
  }

  /**
   * Begins a call.
   *
   * @throws {ExecutionFailed} when it has more memory than the call's limit.
   */
  begin(
    families: ReadonlyMap<string, OpenFamily>,
    limits: Pick<CallPlan, "maxFuel" | "maxMemoryBytes">,
  ): GuestInstance {
    const { guest } = this.#made ??= this.#make();
    this.#links.connect(families);
    guest.begin(families, limits);
    const { maxMemoryBytes } = limits;
    const { memoryBytes } = guest;
    if (maxMemoryBytes !== undefined && memoryBytes > maxMemoryBytes) {
      throw new ExecutionFailed(
        `Instance has ${memoryBytes} bytes of memory already, limit of the call is ${maxMemoryBytes}`,
      );
    }
    return guest;
  }

  /** Runs the guest code that is due before a call. */
  start(): void {
    const due = this.#due;
    this.#due = "nothing";
    const { guest } = this.#instance;
    if (due === "start") guest.start();
    const wakes = due === "resume" && guest.has(RESUMED_EXPORT);
    if (wakes) guest.function(RESUMED_EXPORT)();
  }

  /** Ends a call: disconnects its imports. */
  end(): void {
    this.#links.disconnect();
    this.#restoreMs = 0;
  }

  /**
   * Saves the state.
   *
   * @param into Where each memory's contents are copied; new memories by
   * default.
   * @throws {ExecutionFailed} when some state can't be saved.
   */
  take(
    into: readonly WebAssembly.Memory[] = [],
  ): Pick<StateImage, "memories" | "globals" | "tables"> {
    const { refusal } = this.#source.plan.state;
    if (refusal !== undefined) {
      throw new ExecutionFailed(`Cannot take a snapshot: ${refusal}`);
    }
    const { guest, tables } = this.#instance;
    for (const { buffer } of guest.memories) {
      if (buffer.byteLength / 65_536 > MAX_PAGES) {
        throw new ExecutionFailed(
          `Cannot take a snapshot: a memory has ${buffer.byteLength} bytes, limit is ${
            MAX_PAGES * 65_536
          }`,
        );
      }
    }
    return {
      tables: tables.take(),
      globals: this.#globals(guest).map(({ value }) => value),
      memories: guest.memories.map((memory, index) =>
        takeMemory(memory, into[index])
      ),
    };
  }

  /** From now on the instance is restored to this state. */
  use(image: StateImage): void {
    this.#image = image;
    this.#restorers = this.#restorersOf(this.#instance.guest, image);
  }

  /** Restores the instance to the state of the image. */
  restore(): void {
    const since = performance.now();
    const image = this.#image;
    if (!image) return;
    this.#due = "resume";
    const made = this.#made;
    const fits = made !== undefined &&
      this.#restorers.every((one) => one.fits) &&
      made.tables.fits(image.tables);
    if (fits) {
      for (const one of this.#restorers) one.restore();
      this.#restoreReferences(made, image);
    } else {
      if (made) countAsDropped(made.guest.memories);
      this.#tryMake();
    }
    this.#restoreMs = performance.now() - since;
  }

  get #instance(): MadeInstance {
    return this.#made ??= this.#make();
  }

  /**
   * Ignores errors, as no call waits for it: the next call tries again and
   * reports them.
   */
  #tryMake(): void {
    this.#made = undefined;
    try {
      this.#made = this.#make();
    } catch {
      this.#restorers = [];
    }
  }

  /** Creates an instance, restored to the image if there is one. */
  #make(): MadeInstance {
    const { module, plan, stopPage } = this.#source;
    const reserve = { take: () => newMemories(plan), give: () => {} };
    const guest = new GuestInstance({ module, plan, reserve }, 0);
    guest.instantiate(stopPage, copyOf(this.#links.imports));
    const tables = new TableState(
      plan.state.tables
        .map(({ name }) => guest.exports[name] as WebAssembly.Table),
      this.#functions.map((name) => guest.exports[name]),
    );
    const made = { guest, tables };
    if (this.#image) this.#fill(made, this.#image);
    return made;
  }

  #fill(made: MadeInstance, image: StateImage): void {
    const { guest } = made;
    guest.memories.forEach((memory, index) => {
      const had = memory.buffer.byteLength / 65_536;
      const { pages } = image.memories[index]!;
      if (pages > had) growMemory(memory, pages - had);
    });
    this.#restorers = this.#restorersOf(guest, image);
    // Active segments have already been written, even where the image is zero.
    for (const one of this.#restorers) one.restore();
    this.#restoreReferences(made, image);
  }

  #restoreReferences({ guest, tables }: MadeInstance, image: StateImage): void {
    this.#globals(guest).forEach((global, index) => {
      global.value = image.globals[index]!;
    });
    tables.restore(image.tables);
  }

  #restorersOf(
    guest: GuestInstance,
    image: StateImage,
  ): readonly MemoryRestorer[] {
    return guest.memories.map((memory, index) =>
      new MemoryRestorer(
        memory,
        image.memories[index]!,
        this.#source.copiers[index]!,
      )
    );
  }

  #globals({ exports }: GuestInstance): WebAssembly.Global[] {
    return this.#source.plan.state.globals
      .map(({ name }) => exports[name] as WebAssembly.Global);
  }
}

/** A copy for each instance, as its memories are added to the imports. */
function copyOf(imports: WebAssembly.Imports): WebAssembly.Imports {
  const copy: WebAssembly.Imports = Object.create(null);
  for (const [module, functions] of Object.entries(imports)) {
    copy[module] = Object.assign(Object.create(null), functions);
  }
  return copy;
}

/**
 * Makes V8 collect released memories soon. V8 hardly counts their size, but it
 * counts a buffer, which takes no physical memory until it is written to.
 */
function countAsDropped(memories: readonly WebAssembly.Memory[]): void {
  const bytes = memories
    .reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  try {
    new ArrayBuffer(bytes);
  } catch {
    // Out of memory: then V8 collects garbage anyway.
  }
}
