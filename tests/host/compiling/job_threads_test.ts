import { assert, assertEquals, assertRejects } from "@std/assert";
import { WorkerLost } from "../../../src/errors.ts";
import { JobThreads } from "../../../src/host/compiling/job_threads.ts";

/** A worker that does what each job says, and counts its jobs. */
const CODE = `
  let jobs = 0;
  onmessage = ({ data }) => {
    jobs++;
    if (data.type === "hang") return;
    if (data.type === "throw") throw new Error("on purpose");
    if (data.type === "fail") return postMessage({ failed: "as told" });
    setTimeout(() => postMessage({ done: jobs }), data.ms ?? 0);
  };`;
const URL_OF_CODE = new URL(
  `data:application/javascript,${encodeURIComponent(CODE)}`,
);
const LIMITS = { maxThreads: 2, jobMs: 20_000, idleMs: 20_000, maxLost: 2 };

type Job = { readonly type: string; readonly ms?: number };

const threadsWith = (limits: Partial<typeof LIMITS> = {}) =>
  new JobThreads<Job, number>(URL_OF_CODE, { ...LIMITS, ...limits });

const order = (type: string, ms?: number, isLarge = false) => ({
  job: ms === undefined ? { type } : { type, ms },
  transfer: [],
  isLarge,
});

Deno.test("JobThreads keeps a thread from job to job while it is held", async () => {
  const threads = threadsWith();
  threads.hold();
  assertEquals(await threads.run(order("count")), 1);
  assertEquals(await threads.run(order("count")), 2);
  assertEquals(threads.size, 1);
  // What a large job leaves behind is freed with its thread.
  assertEquals(await threads.run(order("count", 0, true)), 3);
  assertEquals(threads.size, 0);
  assertEquals(await threads.run(order("count")), 1);
  threads.hold();
  threads.release();
  assertEquals(threads.size, 1);
  threads.release();
  assertEquals(threads.size, 0);
});

Deno.test("JobThreads keeps no thread that nobody holds", async () => {
  const threads = threadsWith();
  assertEquals(await threads.run(order("count")), 1);
  assertEquals(threads.size, 0);
  threads.hold();
  const running = threads.run(order("count", 50));
  threads.release();
  assertEquals(await running, 1);
  assertEquals(threads.size, 0);
});

Deno.test("JobThreads starts one ahead of the first job, when it is held", async () => {
  const threads = threadsWith();
  threads.warm();
  assertEquals(threads.size, 0);
  threads.hold();
  threads.warm();
  threads.warm();
  assertEquals(threads.size, 1);
  assertEquals(await threads.run(order("count")), 1);
  assertEquals(threads.size, 1);
  threads.release();
  assertEquals(threads.size, 0);
});

Deno.test("JobThreads ends threads that had no job for a while", async () => {
  const threads = threadsWith({ idleMs: 20 });
  threads.hold();
  await threads.run(order("count"));
  assertEquals(threads.size, 1);
  while (threads.size > 0) await new Promise((done) => setTimeout(done, 5));
  assertEquals(await threads.run(order("count")), 1);
  threads.release();
});

Deno.test("JobThreads does a few jobs at a time, in order", async () => {
  const threads = threadsWith();
  threads.hold();
  const ended: number[] = [];
  let most = 0;
  await Promise.all(Array.from({ length: 9 }, async (_, index) => {
    await threads.run(order("count", 10));
    ended.push(index);
    most = Math.max(most, threads.size);
  }));
  assertEquals(most, 2);
  assert(ended.indexOf(8) > ended.indexOf(3), `${ended}`);
  threads.release();
});

Deno.test("JobThreads replaces a thread that fails or hangs, a few times", async () => {
  const threads = threadsWith({ jobMs: 2_000 });
  threads.hold();
  assertEquals(await threads.run(order("count")), 1);
  const failing = [
    ["fail", "as told"],
    ["throw", "on purpose"],
    ["hang", "within 2000 ms"],
  ] as const;
  for (const [type, message] of failing) {
    await assertRejects(() => threads.run(order(type)), WorkerLost, message);
    assert(await threads.run(order("count")) >= 1);
  }
  // Two were lost by now; a third is the last one.
  await assertRejects(() => threads.run(order("throw")), WorkerLost);
  await assertRejects(
    () => threads.run(order("count")),
    WorkerLost,
    "3 preparing threads were lost, limit is 2",
  );
  threads.release();
  assertEquals(threads.size, 0);
});
