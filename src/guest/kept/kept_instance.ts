/**
 * An instance that stays between calls: one that is put back into the state of
 * a snapshot after each, or that of a session.
 *
 * What a call can leave behind is all that an instance has: memories, mutable
 * globals, tables. Modules that drop segments are refused, everything else of
 * an instance is constant. What has grown cannot shrink, so such an instance is
 * given away and a fresh one filled.
 */

import type { CallPlan, InstancePlan } from "../../channel/messages.ts";
import type { StateImage } from "../../channel/state_image.ts";
import { ExecutionFailed } from "../../errors.ts";
import type { OpenFamily } from "../../imports/open_family.ts";
import { growMemory, GuestInstance } from "../instance.ts";
import { newMemories } from "../memory_reserve.ts";
import { LinkedImports } from "./linked_imports.ts";
import { MemoryRestorer, takeMemory } from "./memory_state.ts";
import { TableState } from "./table_state.ts";

/** The export that is called before a call that starts from a snapshot. */
export const RESUMED_EXPORT = "__snapshot_resumed";

/** A 64-bit place is told to the copier in 32 bits. */
const MAX_PAGES = 65_535;
/** Images up to this size are put back before an answer is passed on. */
const SMALL_PAGES = 32;

/** What a kept instance is made with. */
export interface KeptModule {
  readonly module: WebAssembly.Module;
  readonly plan: InstancePlan;
  readonly stopPage: WebAssembly.Memory;
  /** What copies into each memory. */
  readonly copiers: readonly WebAssembly.Module[];
}

/** The instance, and the state that it is put back into. */
export class KeptInstance {
  readonly #source: KeptModule;
  readonly #links: LinkedImports;
  readonly #functions: readonly string[];
  #image: StateImage | undefined;
  #guest: GuestInstance;
  #tables: TableState;
  #restorers: readonly MemoryRestorer[] = [];
  /** What the guest's own code has to do before the next call. */
  #due: "start" | "resume" | "nothing";
  #restoreMs: number;
  /** The state could not be put back: it is tried again with the next call. */
  #isBroken = false;

  /** @param image The state that it begins in, if not in a fresh one. */
  constructor(source: KeptModule, image: StateImage | undefined) {
    const since = performance.now();
    this.#source = source;
    this.#image = image;
    this.#links = new LinkedImports(source.module);
    this.#functions = WebAssembly.Module.exports(source.module)
      .filter(({ kind }) => kind === "function").map(({ name }) => name);
    this.#due = image ? "resume" : "start";
    [this.#guest, this.#tables] = this.#make();
    this.#restoreMs = image ? performance.now() - since : 0;
  }

  /** The state that calls begin in, if it was given one. */
  get image(): StateImage | undefined {
    return this.#image;
  }

  /** How long it took to make the state that the next call begins in. */
  get restoreMs(): number {
    return this.#restoreMs;
  }

  /** Whether putting it back takes so little that an answer may wait for it. */
  get isSmall(): boolean {
    const { memories = [] } = this.#image ?? {};
    return memories.reduce((sum, { pages }) => sum + pages, 0) <= SMALL_PAGES;
  }

  /**
   * Begins a call.
   *
   * @throws {ExecutionFailed} when it has more memory than the call may have.
   */
  begin(
    families: ReadonlyMap<string, OpenFamily>,
    limits: Pick<CallPlan, "maxFuel" | "maxMemoryBytes">,
  ): GuestInstance {
    if (this.#isBroken) this.#remake();
    this.#links.connect(families);
    this.#guest.begin(families, limits);
    const { maxMemoryBytes } = limits;
    const { memoryBytes } = this.#guest;
    if (maxMemoryBytes !== undefined && memoryBytes > maxMemoryBytes) {
      throw new ExecutionFailed(
        `Instance has ${memoryBytes} bytes of memory already, limit of the call is ${maxMemoryBytes}`,
      );
    }
    return this.#guest;
  }

  /** Lets the guest do what is due before a call. */
  start(): void {
    const due = this.#due;
    this.#due = "nothing";
    if (due === "start") this.#guest.start();
    const wakes = due === "resume" && this.#guest.has(RESUMED_EXPORT);
    if (wakes) this.#guest.function(RESUMED_EXPORT)();
  }

  /** Ends a call: its imports do nothing any more. */
  end(): void {
    this.#links.disconnect();
    this.#restoreMs = 0;
  }

  /**
   * Takes the state.
   *
   * @throws {ExecutionFailed} when there is something that can't be taken.
   */
  take(): Pick<StateImage, "memories" | "globals" | "tables"> {
    const { refusal } = this.#source.plan.state;
    if (refusal !== undefined) {
      throw new ExecutionFailed(`Cannot take a snapshot: ${refusal}`);
    }
    for (const { buffer } of this.#guest.memories) {
      if (buffer.byteLength / 65_536 > MAX_PAGES) {
        throw new ExecutionFailed(
          `Cannot take a snapshot: a memory has ${buffer.byteLength} bytes, limit is ${
            MAX_PAGES * 65_536
          }`,
        );
      }
    }
    return {
      tables: this.#tables.take(),
      globals: this.#globals().map(({ value }) => value),
      memories: this.#guest.memories.map(takeMemory),
    };
  }

  /** From now on the instance is put back into this state. */
  use(image: StateImage): void {
    this.#image = image;
    this.#restorers = this.#restorersOf(this.#guest, image);
  }

  /** Puts the instance back into the state of the image. */
  restore(): void {
    const since = performance.now();
    const image = this.#image;
    if (!image) return;
    this.#due = "resume";
    const fits = this.#restorers.every((one) => one.fits) &&
      this.#tables.fits(image.tables);
    if (fits) {
      for (const one of this.#restorers) one.restore();
      this.#restoreReferences(image);
    } else {
      this.#isBroken = true;
      try {
        this.#remake();
      } catch {
        // Nobody waits for it now; the next call is told.
      }
    }
    this.#restoreMs = performance.now() - since;
  }

  #remake(): void {
    [this.#guest, this.#tables] = this.#make();
    this.#isBroken = false;
  }

  /** A fresh instance; where there is an image, in its state. */
  #make(): [GuestInstance, TableState] {
    const { module, plan, stopPage } = this.#source;
    const reserve = { take: () => newMemories(plan), give: () => {} };
    const guest = new GuestInstance(
      { module, plan, reserve },
      stopPage,
      0,
      copyOf(this.#links.imports),
    );
    const tables = new TableState(
      plan.state.tables.map((name) => guest.exports[name] as WebAssembly.Table),
      this.#functions.map((name) => guest.exports[name]),
    );
    this.#guest = guest;
    this.#tables = tables;
    const image = this.#image;
    if (image) this.#fill(guest, image);
    return [guest, tables];
  }

  #fill(guest: GuestInstance, image: StateImage): void {
    guest.memories.forEach((memory, index) => {
      const had = memory.buffer.byteLength / 65_536;
      const { pages } = image.memories[index]!;
      if (pages > had) growMemory(memory, pages - had);
    });
    this.#restorers = this.#restorersOf(guest, image);
    // Active segments have written already, also where the image is zero.
    for (const one of this.#restorers) one.restore();
    this.#restoreReferences(image);
  }

  #restoreReferences(image: StateImage): void {
    this.#globals().forEach((global, index) => {
      global.value = image.globals[index]!;
    });
    this.#tables.restore(image.tables);
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

  #globals(): WebAssembly.Global[] {
    return this.#source.plan.state.globals
      .map((name) => this.#guest.exports[name] as WebAssembly.Global);
  }
}

/** Memories are added to what an instance is given, and each has its own. */
function copyOf(imports: WebAssembly.Imports): WebAssembly.Imports {
  const copy: WebAssembly.Imports = Object.create(null);
  for (const [module, functions] of Object.entries(imports)) {
    copy[module] = Object.assign(Object.create(null), functions);
  }
  return copy;
}
