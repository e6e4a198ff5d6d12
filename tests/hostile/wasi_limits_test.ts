import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import { FuelExhausted, TimeoutExceeded } from "../../mod.ts";
import { Programs } from "../tool/programs.ts";

const MEBIBYTE = 2 ** 20;

/** The first number that a program printed. */
function firstNumber(stdout: string): number {
  return Number(/\d+/.exec(stdout)?.[0]);
}

async function withFolder(use: (host: string) => Promise<void>): Promise<void> {
  const host = await Deno.makeTempDir();
  try {
    await use(host);
  } finally {
    await Deno.remove(host, { recursive: true });
  }
}

Deno.test("A flood of output ends at the limit, and takes no memory", async () => {
  await using programs = new Programs((b) => b.maxExecutionTime(700));
  await programs.assertReusable();
  const before = Deno.memoryUsage().rss;
  for (const args of [["flood"], ["flood-error"]]) {
    await assertRejects(
      () => programs.run("wasi/limits", { args }),
      TimeoutExceeded,
    );
    await programs.assertReusable();
  }
  assertLess(Deno.memoryUsage().rss - before, 100 * MEBIBYTE);
});

Deno.test("A flood that is passed on waits for its reader", async () => {
  await using programs = new Programs((b) => b.maxExecutionTime(700));
  let pieces = 0;
  await assertRejects(
    () =>
      programs.run("wasi/limits", {
        args: ["flood"],
        async onStdout() {
          pieces++;
          await new Promise((resolve) => setTimeout(resolve, 50));
        },
      }),
    TimeoutExceeded,
  );
  assertGreater(pieces, 0);
  assertLess(pieces, 16);
  await programs.assertReusable();
});

Deno.test("A flood stops a program that counts fuel", async () => {
  await using programs = new Programs((b) => b.maxFuel(1_000_000));
  const error = await assertRejects(
    () => programs.run("wasi/limits", { args: ["flood"] }),
    FuelExhausted,
  );
  assertEquals(error.fuelLimit, 1_000_000n);
  await programs.assertReusable();
});

Deno.test("A program has no more descriptors than the limit", async () => {
  await withFolder(async (host) => {
    await Deno.writeTextFile(join(host, "file"), "x");
    for (const limit of [undefined, 16]) {
      await using programs = new Programs((b) => {
        b.allowedPath("/g", host);
        return limit === undefined ? b : b.maxDescriptors(limit);
      });
      const args = ["descriptors", "/g/file"];
      for (let call = 0; call < 3; call++) {
        const { stdout } = await programs.run("wasi/limits", { args });
        // Three streams and the folder itself have one each.
        assertEquals(firstNumber(stdout), (limit ?? 128) - 4);
        assertStringIncludes(stdout, "descriptors, then: ");
      }
      await programs.assertReusable();
    }
  });
});

Deno.test("A program writes no more to host folders than the limit, in one call", async () => {
  await withFolder(async (host) => {
    await using programs = new Programs((b) =>
      b.allowedPath("/g", host, { write: true }).maxWriteBytes(MEBIBYTE)
    );
    for (const name of ["first", "second"]) {
      const args = ["fill", `/g/${name}`];
      const { stdout } = await programs.run("wasi/limits", { args });
      assertMatch(stdout, /^\d+ bytes, then: /);
      assertEquals(firstNumber(stdout), MEBIBYTE);
      assertEquals((await Deno.stat(join(host, name))).size, MEBIBYTE);
    }
    await programs.assertReusable();
  });
});

Deno.test("A program fills no more of a memory directory than its limit", async () => {
  const maxBytes = MEBIBYTE + 100;
  await using programs = new Programs((b) =>
    b.memoryDirectory("/m", { "in.txt": "x".repeat(100) }, { maxBytes })
  );
  for (let call = 0; call < 2; call++) {
    const args = ["fill", "/m/out"];
    const { stdout, files } = await programs.run("wasi/limits", { args });
    assertEquals(firstNumber(stdout), MEBIBYTE);
    assertEquals(files["/m"]?.["out"]?.length, MEBIBYTE);
    assertEquals(files["/m"]?.["in.txt"], undefined);
  }
  await programs.assertReusable();
});

Deno.test("A program that asks for much randomness gets it, and can be stopped", async () => {
  await using programs = new Programs((b) => b.maxMemoryBytes(128 * MEBIBYTE));
  const { exitCode, stdout } = await programs.run("wasi/limits", {
    args: ["random"],
  });
  assertEquals(exitCode, 0);
  const oneIn = firstNumber(stdout);
  assert(oneIn > 250 && oneIn < 262, stdout);
  const aborter = new AbortController();
  setTimeout(() => aborter.abort(), 50);
  const args = ["random"];
  const options = { args, signal: aborter.signal };
  const start = performance.now();
  // It is over before the abort on a fast machine.
  await programs.run("wasi/limits", options).catch((error) =>
    assertEquals(error.name, "AbortError")
  );
  assertLess(performance.now() - start, 3000);
  await programs.assertReusable();
});

Deno.test("A program is refused more memory than the limit, and sees that", async () => {
  for (const limit of [4, 64]) {
    await using programs = new Programs((b) =>
      b.maxMemoryBytes(limit * MEBIBYTE).memoryDirectory("/m", { in: "x" })
    );
    for (const [block, exitCode] of [[limit - 1, 0], [limit, 1], [3000, 1]]) {
      const args = ["/m/in", "/m/out", `${block! * MEBIBYTE}`];
      const result = await programs.run("wasi/copy", { args });
      assertEquals(result.exitCode, exitCode);
      assertLess(result.usage.memoryBytes, limit * MEBIBYTE + 1);
    }
    await programs.assertReusable();
  }
});

Deno.test("Floods in every worker leave the sandbox as it was", async () => {
  await using programs = new Programs((b) =>
    b.maxExecutionTime(500).maxWorkers(2)
  );
  const floods = ["flood", "flood-error", "spin", "flood"].map((way) =>
    assertRejects(
      () => programs.run("wasi/limits", { args: [way] }),
      TimeoutExceeded,
    )
  );
  for (const error of await Promise.all(floods)) {
    assertEquals(error.limitMs, 500);
  }
  await programs.assertReusable();
});
