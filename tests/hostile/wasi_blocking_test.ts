import {
  assertEquals,
  assertLess,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import { type RunOptions, TimeoutExceeded } from "../../mod.ts";
import { Programs } from "../tool/programs.ts";

/** Far more than any refusal takes, far less than a thread that is blocked. */
const PROMPT_MS = 2000;
const LIMIT_MS = 500;

/** A stream that never has anything. */
async function* silence(): AsyncGenerator<Uint8Array> {
  yield await new Promise<Uint8Array>(() => {});
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work;
  assertLess(performance.now() - start, ms);
  return result;
}

Deno.test({
  name: "A pipe or a socket in a granted folder blocks nobody",
  ignore: Deno.build.os === "windows",
  async fn() {
    const host = await Deno.makeTempDir();
    const path = join(host, "socket");
    using _listener = Deno.listen({ transport: "unix", path });
    try {
      const pipe = new Deno.Command("mkfifo", { args: [join(host, "pipe")] });
      assertEquals((await pipe.output()).code, 0);
      await Deno.symlink("pipe", join(host, "link"));
      await using programs = new Programs((b) =>
        b.allowedPath("/g", host, { write: true })
      );
      // The first load compiles; that is not what is measured.
      await programs.run("wasi/escape");
      for (const name of ["pipe", "link", "socket"]) {
        for (const operation of ["read", "write", "append", "truncate"]) {
          const args = [operation, `/g/${name}`];
          const run = programs.run("wasi/escape", { args });
          const { exitCode, stdout } = await within(PROMPT_MS, run);
          assertMatch(stdout, /^error /, `${args}`);
          assertEquals(exitCode, 1);
        }
        const args = ["list", `/g/${name}`];
        const run = programs.run("wasi/escape", { args });
        assertMatch((await within(PROMPT_MS, run)).stdout, /^error /);
      }
      const listed = await programs.run("wasi/escape", {
        args: ["list", "/g"],
      });
      assertStringIncludes(listed.stdout, "entry pipe\n");
      const seen = await programs.run("wasi/escape", {
        args: ["stat", "/g/pipe"],
      });
      assertStringIncludes(seen.stdout, "ok other of 0 bytes");
      await programs.assertReusable();
    } finally {
      await Deno.remove(host, { recursive: true });
    }
  },
});

Deno.test({
  name: "A device in a granted folder is never opened",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using programs = new Programs((b) => b.allowedPath("/dev", "/dev"));
    await programs.run("wasi/escape");
    for (const name of ["zero", "null", "random", "tty", "full"]) {
      for (const operation of ["read", "write", "truncate"]) {
        const args = [operation, `/dev/${name}`];
        const run = programs.run("wasi/escape", { args });
        const { stdout } = await within(PROMPT_MS, run);
        assertMatch(stdout, /^error /, `${args}`);
      }
    }
    await programs.assertReusable();
  },
});

Deno.test("Whatever a program waits for, it ends at the limit and the worker goes on", async () => {
  await using programs = new Programs((b) => b.maxExecutionTime(LIMIT_MS));
  await programs.assertReusable();
  const waits: [name: string, options: RunOptions][] = [
    ["wasi/sleep", { args: ["3600000"] }],
    ["wasi/sleep", { args: ["9223372036854775807"] }],
    ["wasi/cat", { stdin: silence() }],
    ["wasi/exit", { onStderr: () => new Promise(() => {}) }],
    ["wasi/limits", { args: ["spin"] }],
  ];
  for (const [name, options] of waits) {
    const run = assertRejects(
      () => programs.run(name, options),
      TimeoutExceeded,
    );
    const error = await within(LIMIT_MS + PROMPT_MS, run);
    assertEquals(error.limitMs, LIMIT_MS);
    await programs.assertReusable();
  }
});

Deno.test("A program that polls its streams goes on at once", async () => {
  await using programs = new Programs();
  await programs.assertReusable();
  for (const args of [["wait"], ["poll"]]) {
    const run = programs.run("wasi/limits", { args, stdin: silence() });
    const { exitCode, stdout } = await within(PROMPT_MS, run);
    assertEquals(exitCode, 0);
    assertStringIncludes(stdout, " ready: input 1");
  }
  await programs.assertReusable();
});

Deno.test("Programs that block hold up nobody else's calls", async () => {
  await using programs = new Programs((b) =>
    b.maxExecutionTime(LIMIT_MS).maxWorkers(2)
  );
  await programs.assertReusable();
  const blocked = Array.from(
    { length: 6 },
    () =>
      assertRejects(
        () => programs.run("wasi/cat", { stdin: silence() }),
        TimeoutExceeded,
      ),
  );
  let ticks = 0;
  const timer = setInterval(() => ticks++, 10);
  await within(6 * (LIMIT_MS + PROMPT_MS), Promise.all(blocked));
  clearInterval(timer);
  // Three rounds of two: the host's event loop was free meanwhile.
  assertLess(20, ticks);
  await programs.assertReusable();
});
