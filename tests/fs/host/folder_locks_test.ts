import { assert, assertEquals, assertThrows } from "@std/assert";
import { FolderLocks } from "../../../src/fs/host/folder_locks.ts";
import { GuestStopped, StopPage, StopReason } from "../../../src/stop_page.ts";

/** A worker that adds to a number that is not atomic, with a lock or two. */
const ADDER = `
  import { FolderLocks } from ${module("fs/host/folder_locks.ts")};
  import { StopPage } from ${module("stop_page.ts")};
  self.onmessage = ({ data: { buffer, number, locks, times } }) => {
    const all = new FolderLocks(buffer);
    const stop = new StopPage();
    for (let i = 0; i < times; i++) {
      all.hold(locks, stop, () => {
        const before = number[0];
        for (let wait = 0; wait < 500; wait++) Atomics.load(number, 1);
        number[0] = before + 1;
      });
    }
    self.postMessage("done");
  };
`;

function module(path: string): string {
  return JSON.stringify(new URL(`../../../src/${path}`, import.meta.url).href);
}

Deno.test("FolderLocks.hold keeps others out, whichever of the locks they share", async () => {
  const { buffer } = new FolderLocks();
  const number = new Int32Array(new SharedArrayBuffer(8));
  const times = 1_000;
  const url = URL.createObjectURL(
    new Blob([ADDER], { type: "text/javascript" }),
  );
  const workers = [[1, 2], [2, 3], [1, 2, 3]].map((locks) => {
    const worker = new Worker(url, { type: "module" });
    const done = Promise.withResolvers<void>();
    worker.onmessage = () => done.resolve();
    worker.onerror = (event) => done.reject(event.error);
    worker.postMessage({ buffer, number, locks, times });
    return { worker, done: done.promise };
  });
  await Promise.all(workers.map(({ done }) => done));
  for (const { worker } of workers) worker.terminate();
  URL.revokeObjectURL(url);
  assertEquals(number[0], workers.length * times);
});

Deno.test("FolderLocks.hold frees its locks whatever happens", () => {
  const locks = new FolderLocks();
  const stop = new StopPage();
  const broken = () => {
    throw new Error("broken");
  };
  assertThrows(() => locks.hold([1, 2], stop, broken), Error, "broken");
  assertEquals(locks.hold([1, 2], stop, () => "free"), "free");
});

Deno.test("FolderLocks.hold ends when the guest is stopped while it waits", () => {
  const locks = new FolderLocks();
  const stop = new StopPage();
  const other = new FolderLocks(locks.buffer);
  locks.hold([5], new StopPage(), () => {
    stop.stop(StopReason.Deadline);
    assertThrows(() => other.hold([4, 5], stop, () => {}), GuestStopped);
    // What it had taken already is free again.
    assertEquals(other.hold([4], new StopPage(), () => 1), 1);
  });
});

Deno.test("FolderLocks takes a lock from a holder that shows no life, who notices", () => {
  const leaseMs = 100;
  const locks = new FolderLocks(undefined, leaseMs);
  const other = new FolderLocks(locks.buffer, leaseMs);
  const stop = new StopPage();
  locks.hold([1], stop, (hold) => {
    hold.check();
    const started = performance.now();
    other.hold([1], new StopPage(), (taken) => {
      assert(performance.now() - started >= leaseMs);
      assertThrows(() => hold.check(), Error, "EAGAIN");
      taken.check();
    });
  });
  assertEquals(other.hold([1], stop, () => "free"), "free");
});

Deno.test("FolderLocks' check ends what a stopped guest does", () => {
  const stop = new StopPage();
  const locks = new FolderLocks();
  locks.hold([1], stop, (hold) => {
    stop.stop(StopReason.Deadline);
    assertThrows(() => hold.check(), GuestStopped);
  });
});
