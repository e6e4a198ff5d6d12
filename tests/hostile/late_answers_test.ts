/** What is answered after its call was stopped reaches no other call. */

import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import {
  type RunOptions,
  SandboxClosed,
  TimeoutExceeded,
  WorkerLost,
} from "../../mod.ts";
import { ENTRY, withSeen } from "../host/fake_worker.ts";
import { Programs } from "../tool/programs.ts";

const ROUNDS = 1_500;

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Standard input that has `text` once `when` resolves. */
async function* later(
  when: Promise<unknown>,
  text: string,
): AsyncGenerator<Uint8Array> {
  await when;
  yield bytes(text);
}

/** Runs a program that is stopped while its question waits for an answer. */
async function stopped(
  programs: Programs,
  options: RunOptions,
  afterMs: number,
): Promise<void> {
  const aborter = new AbortController();
  const reason = new Error("stopped");
  const { signal } = aborter;
  await programs.run("wasi/cat");
  const run = programs.run("wasi/cat", { ...options, signal });
  run.catch(() => {});
  await delay(afterMs);
  aborter.abort(reason);
  assertEquals(await assertRejects(() => run, Error), reason);
}

Deno.test("Input that comes after its program was stopped is not the next one's", async () => {
  await using programs = new Programs();
  const late = Promise.withResolvers<void>();
  await stopped(programs, { stdin: later(late.promise, "secret") }, 30);
  const own = Promise.withResolvers<void>();
  const next = programs.run("wasi/cat", { stdin: later(own.promise, "own") });
  await delay(30);
  late.resolve();
  await delay(30);
  own.resolve();
  assertEquals((await next).stdout, "own");
});

Deno.test("A handler that fails after its program was stopped ends no other call", async () => {
  await using programs = new Programs();
  const late = Promise.withResolvers<void>();
  late.promise.catch(() => {});
  const failing: RunOptions[] = [
    { stdin: later(late.promise, "secret") },
    { stdin: "some output", onStdout: () => late.promise },
  ];
  for (const options of failing) await stopped(programs, options, 30);
  const own = Promise.withResolvers<void>();
  const next = programs.run("wasi/cat", { stdin: later(own.promise, "own") });
  await delay(30);
  late.reject(new Error("of another call"));
  await delay(30);
  own.resolve();
  assertEquals((await next).stdout, "own");
});

Deno.test("A handler that throws an error of ours keeps its worker", () =>
  withSeen(ENTRY.guest, async (workers) => {
    await using programs = new Programs();
    const errors = [
      new WorkerLost("of the user's own"),
      new SandboxClosed("of the user's own"),
      new TimeoutExceeded(1),
      undefined,
      null,
      Object.freeze({ kind: "lost", began: false }),
    ];
    for (const thrown of errors) {
      const handlers: RunOptions["onStdout"][] = [
        () => {
          throw thrown;
        },
        () => Promise.reject(thrown),
      ];
      for (const onStdout of handlers) {
        const [end] = await Promise.allSettled([
          programs.run("wasi/exit", { args: ["0"], onStdout: onStdout! }),
        ]);
        assert(end!.status === "rejected");
        assertEquals(end!.reason, thrown);
        await programs.assertReusable();
      }
    }
    assertEquals(workers.length, 1);
  }));

Deno.test("Whenever a program is stopped, the next one gets its own input only", async () => {
  await using programs = new Programs();
  await programs.run("wasi/cat");
  const pending: Promise<unknown>[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const aborter = new AbortController();
    const options: RunOptions = {
      stdin: later(delay(Math.random() * 4), `secret ${round}`),
      onStdout: () => delay(Math.random() * 2),
      signal: aborter.signal,
    };
    const run = programs.run("wasi/cat", options).catch(() => {});
    setTimeout(() => aborter.abort(new Error("stopped")), Math.random() * 4);
    await run;
    const own = `own ${round}`;
    const seen: string[] = [];
    const next = await programs.run("wasi/cat", {
      stdin: later(delay(Math.random() * 2), own),
      onStdout: (piece) => void seen.push(new TextDecoder().decode(piece)),
    });
    assertEquals([next.exitCode, next.stdout, seen.join("")], [0, own, own]);
    pending.push(run);
  }
  await Promise.all(pending);
  assertEquals(programs.sandbox.lostWorkers, 0);
});

Deno.test("A program that never stops asking leaves the event loop its turns", async () => {
  await using programs = new Programs();
  await programs.run("wasi/cat");
  const aborter = new AbortController();
  let asked = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    const chunk = new Uint8Array(16 * 2 ** 20);
    for (;;) yield await Promise.resolve(chunk);
  }
  const run = programs.run("wasi/cat", {
    stdin: endless(),
    onStdout: () => void asked++,
    signal: aborter.signal,
  });
  run.catch(() => {});
  let last = performance.now();
  let longest = 0;
  for (const end = last + 2_000; last < end;) {
    await delay(1);
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }
  aborter.abort();
  await run.catch(() => {});
  assert(asked > 500, `only ${asked} questions`);
  assertLess(longest, 500);
});
