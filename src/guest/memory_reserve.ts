/**
 * The memory of a module's last call, emptied and kept for its next.
 *
 * Making a memory costs V8 more than all the rest of a small call, since it
 * reserves address space for each and collects the dead ones. Emptying a small
 * one costs a tenth of that, and is done after the answer. An emptied memory is
 * as good as a fresh one: whoever used it is gone, and all of it is zero.
 */

import { PAGE_BYTES } from "../contract/page_bytes.ts";
import type { InstancePlan, MemoryPlan } from "../contract/instance_plan.ts";

/** Emptying more than this takes longer than making it anew. */
const MAX_BYTES = 1024 * 1024;

/** Gives out memories for fresh instances. */
export class MemoryReserve {
  readonly #plan: InstancePlan;
  #spare: WebAssembly.Memory | undefined;

  constructor(plan: InstancePlan) {
    this.#plan = plan;
  }

  /**
   * Empty memories, as the plan says; the first may already have the pages
   * for the arguments.
   */
  take(argumentPages: number): readonly WebAssembly.Memory[] {
    const spare = this.#spare;
    this.#spare = undefined;
    const pages = spare && this.#addedPages(spare);
    if (spare && (pages === 0 || pages === argumentPages)) return [spare];
    return newMemories(this.#plan);
  }

  /**
   * Takes a call's memories back, to empty and keep them where that pays.
   *
   * @param argumentPages What was added for the arguments, by the worker.
   */
  give(memories: readonly WebAssembly.Memory[], argumentPages: number): void {
    const [memory] = memories;
    if (!memory || memories.length > 1) return;
    if (memory.buffer.byteLength > MAX_BYTES) return;
    const pages = this.#addedPages(memory);
    // A memory never shrinks. One that is larger than the plan says will do
    // only where nothing of the guest runs before the arguments are placed,
    // and sees it. Its data fitted into a smaller one once, so it fits.
    const isAsPlanned = pages === 0 ||
      (pages === argumentPages && !this.#plan.runsAtStart);
    if (!isAsPlanned) return;
    new Uint8Array(memory.buffer).fill(0);
    this.#spare = memory;
  }

  #addedPages(memory: WebAssembly.Memory): number {
    const { initialPages } = this.#plan.memories[0]!;
    return memory.buffer.byteLength / PAGE_BYTES - initialPages;
  }
}

/** Fresh memories, as the plan says. */
export function newMemories(plan: InstancePlan): WebAssembly.Memory[] {
  return plan.memories.map((one) => new WebAssembly.Memory(descriptor(one)));
}

/** Memories with 64-bit addresses take their sizes as bigints. */
function descriptor(plan: MemoryPlan): WebAssembly.MemoryDescriptor {
  if (!plan.index64) {
    return { initial: plan.initialPages, maximum: plan.maximumPages };
  }
  const wide = {
    address: "i64",
    initial: BigInt(plan.initialPages),
    maximum: BigInt(plan.maximumPages),
  };
  return wide as unknown as WebAssembly.MemoryDescriptor;
}
