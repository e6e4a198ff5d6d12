import { assert, assertEquals } from "@std/assert";
import { CallQueue } from "../../../src/host/pool/call_queue.ts";

const call = (key: number, id: string) => ({ key, id });

Deno.test("CallQueue takes turns between keys, in order within a key", () => {
  const queue = new CallQueue<{ key: number; id: string }>();
  for (const id of ["a1", "a2", "a3"]) queue.add(call(1, id));
  for (const id of ["b1", "b2"]) queue.add(call(2, id));
  queue.add(call(3, "c1"));
  assertEquals(queue.size, 6);
  const order = [...queue.drain()].map(({ id }) => id);
  assertEquals(order, ["a1", "b1", "c1", "a2", "b2", "a3"]);
  assertEquals(queue.size, 0);
  assertEquals(queue.next(), undefined);
});

Deno.test("CallQueue.remove takes a call out once", () => {
  const queue = new CallQueue<{ key: number; id: string }>();
  const first = call(1, "a1");
  queue.add(first);
  queue.add(call(1, "a2"));
  assert(queue.remove(first));
  assert(!queue.remove(first));
  assertEquals([...queue.drain()].map(({ id }) => id), ["a2"]);
});
