import { assert, assertEquals } from "@std/assert";
import type { InstancePlan } from "../../src/contract/instance_plan.ts";
import { MemoryReserve } from "../../src/guest/memory_reserve.ts";

function plan(
  initialPages: number,
  overrides: Partial<InstancePlan> = {},
): InstancePlan {
  const memory = {
    module: "m",
    name: "n",
    initialPages,
    maximumPages: 100,
    index64: false,
  };
  return {
    memories: [memory],
    stopPage: { module: "m", name: "s" },
    numericImports: [],
    families: [],
    usesHttp: false,
    runsAtStart: false,
    hasAllocator: false,
    startExport: undefined,
    state: { refusal: undefined, globals: [], tables: [] },
    fuel: undefined,
    usedExport: undefined,
    maxMemoryBytes: 100 * 65_536,
    tableBytes: 0,
    ...overrides,
  };
}

function pages(memories: readonly WebAssembly.Memory[]): number[] {
  return memories.map(({ buffer }) => buffer.byteLength / 65_536);
}

function isEmpty(memory: WebAssembly.Memory): boolean {
  return new Uint8Array(memory.buffer).every((byte) => byte === 0);
}

Deno.test("MemoryReserve keeps a small memory, emptied", () => {
  // 17 pages are a stack of Rust and a page of data.
  for (const initialPages of [1, 17, 32]) keepsEmptied(initialPages);
});

function keepsEmptied(initialPages: number): void {
  const reserve = new MemoryReserve(plan(initialPages));
  const first = reserve.take(0);
  new Uint8Array(first[0]!.buffer).fill(0xaa);
  reserve.give(first, 0);
  const second = reserve.take(0);
  assert(second[0] === first[0]);
  assert(isEmpty(second[0]!));
  assert(reserve.take(0)[0] !== first[0], "it is given out once");
}

Deno.test("MemoryReserve makes anew what the guest has grown", () => {
  const reserve = new MemoryReserve(plan(1));
  const first = reserve.take(0);
  first[0]!.grow(1);
  reserve.give(first, 0);
  const second = reserve.take(0);
  assert(second[0] !== first[0]);
  assertEquals(pages(second), [1]);
});

Deno.test("MemoryReserve keeps the pages of arguments for as many arguments only", () => {
  const reserve = new MemoryReserve(plan(1));
  const first = reserve.take(2);
  assertEquals(pages(first), [1]);
  first[0]!.grow(2);
  reserve.give(first, 2);
  assert(reserve.take(2)[0] === first[0]);
  reserve.give(first, 2);
  assertEquals(pages(reserve.take(1)), [1]);
});

Deno.test("MemoryReserve keeps no pages of arguments where code runs before they are placed", () => {
  const reserve = new MemoryReserve(plan(1, { runsAtStart: true }));
  const first = reserve.take(1);
  first[0]!.grow(1);
  reserve.give(first, 1);
  assertEquals(pages(reserve.take(1)), [1]);
});

Deno.test("MemoryReserve makes large and several memories anew", () => {
  const large = new MemoryReserve(plan(33));
  const first = large.take(0);
  large.give(first, 0);
  assert(large.take(0)[0] !== first[0]);

  const { memories } = plan(1);
  const two = new MemoryReserve(
    plan(1, { memories: [...memories, ...memories] }),
  );
  const both = two.take(0);
  assertEquals(pages(both), [1, 1]);
  two.give(both, 0);
  assert(two.take(0)[0] !== both[0]);
});
