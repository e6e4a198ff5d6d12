/**
 * Reuses the zeroed memory of a module's last call for its next.
 *
 * Creating a memory costs V8 more than the rest of a small call, since it
 * reserves address space for each and must collect the dead ones. Zeroing a
 * small one costs a tenth of that, and is done after the answer is sent. A
 * zeroed memory is as good as a fresh one: its instance is gone, and all of it
 * is zero.
 */

import { PAGE_BYTES } from "../contract/page_bytes.ts";
import type { InstancePlan, MemoryPlan } from "../contract/instance_plan.ts";

/**
 * Zeroing more than this takes longer than creating a memory. Rust gives a
 * module a stack of 1 MiB and some pages more: without reuse, several dead
 * memories of that size stay in each idle worker until they are collected.
 */
const MAX_BYTES = 2 * 1024 * 1024;

/** Provides memories for fresh instances. */
export class MemoryReserve {
  readonly #plan: InstancePlan;
  #spare: WebAssembly.Memory | undefined;

  constructor(plan: InstancePlan) {
    this.#plan = plan;
  }

  /**
   * Zeroed memories according to the plan; the first may already include the
   * pages for the arguments.
   */
  take(argumentPages: number): readonly WebAssembly.Memory[] {
    const spare = this.#spare;
    this.#spare = undefined;
    const pages = spare && this.#addedPages(spare);
    if (spare && (pages === 0 || pages === argumentPages)) return [spare];
    return newMemories(this.#plan);
  }

  /**
   * Takes back a call's memories, to zero and keep them if that is worthwhile.
   *
   * @param argumentPages The pages that the worker added for the arguments.
   */
  give(memories: readonly WebAssembly.Memory[], argumentPages: number): void {
    const [memory] = memories;
    if (!memory || memories.length > 1) return;
    if (memory.buffer.byteLength > MAX_BYTES) return;
    const pages = this.#addedPages(memory);
    // A memory never shrinks. One larger than planned is usable only if no
    // guest code runs, and could see its size, before the arguments are placed.
    // Its data segments fit the planned size, so they fit this one.
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

/** Creates memories according to the plan. */
export function newMemories(plan: InstancePlan): WebAssembly.Memory[] {
  return plan.memories.map((one) => new WebAssembly.Memory(descriptor(one)));
}

/** 64-bit memories take their sizes as bigints. */
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
