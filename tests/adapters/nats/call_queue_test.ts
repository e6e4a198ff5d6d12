import { assert, assertEquals } from "@std/assert";
import { CallQueue } from "../../../src/adapters/nats/call_queue.ts";
import { delay } from "./until.ts";

const NEVER = new AbortController().signal;

Deno.test("CallQueue lets so many in, and the others in order", async () => {
  const queue = new CallQueue(2, 10);
  const order: number[] = [];
  let running = 0;
  let most = 0;
  await Promise.all(Array.from({ length: 8 }, async (_, i) => {
    const place = await queue.enter("tool", NEVER);
    order.push(i);
    most = Math.max(most, ++running);
    await delay(2);
    running--;
    place!.leave();
  }));
  assertEquals(most, 2);
  assertEquals(order, [0, 1, 2, 3, 4, 5, 6, 7]);
  assertEquals(queue.waiting, 0);
});

Deno.test("CallQueue lets nobody in whose call is aborted, and loses no place", async () => {
  const queue = new CallQueue(1, 10);
  const first = await queue.enter("tool", NEVER);
  const controller = new AbortController();
  const second = queue.enter("tool", controller.signal);
  const third = queue.enter("tool", NEVER);
  controller.abort();
  assertEquals(await second, undefined);
  assertEquals(await queue.enter("tool", controller.signal), undefined);
  first!.leave();
  (await third)!.leave();
  assertEquals(queue.expectedWaitMs, 0);
  (await queue.enter("tool", NEVER))!.leave();
});

Deno.test("CallQueue expects what calls of each tool took lately", async () => {
  const queue = new CallQueue(1, 2);
  const slowly = async (ms: number) => {
    const place = await queue.enter("slow", NEVER);
    await delay(ms);
    place!.leave();
  };
  // One that was far slower than the others says nothing.
  for (const ms of [300, 50, 50]) await slowly(ms);
  const running = await queue.enter("slow", NEVER);
  const [one, two] = [queue.enter("slow", NEVER), queue.enter("quick", NEVER)];
  assert(queue.isFull);
  // One and a half of the slow ones; nothing is known of the quick one.
  const { expectedWaitMs } = queue;
  assert(expectedWaitMs >= 70, `${expectedWaitMs}`);
  assert(expectedWaitMs < 400, `${expectedWaitMs}`);
  running!.leave();
  (await one)!.leave();
  (await two)!.leave();
  assertEquals(queue.expectedWaitMs, 0);
  assert(!queue.isFull);
});

Deno.test("CallQueue expects nothing of a tool that was hardly called", async () => {
  const queue = new CallQueue(1, 2);
  const first = await queue.enter("tool", NEVER);
  await delay(50);
  first!.leave();
  const running = await queue.enter("tool", NEVER);
  const waiting = queue.enter("tool", NEVER);
  assertEquals(queue.expectedWaitMs, 0);
  running!.leave();
  (await waiting)!.leave();
});
