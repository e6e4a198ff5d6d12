import {
  assert,
  assertEquals,
  assertLess,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { SandboxFileError } from "@cortexai/sandbox/ai-sdk";
import {
  fixtureSession,
  inNewFolder,
  textOf,
} from "../adapters/ai_sdk/session/fixture_session.ts";

const SECRET = "the secret of the host";

/** What becomes of a promise, as text. */
async function outcomeOf(act: PromiseLike<unknown>): Promise<string> {
  try {
    const value = await act;
    return value instanceof ReadableStream
      ? await textOf(value)
      : JSON.stringify(value) ?? "undefined";
  } catch (error) {
    return error instanceof SandboxFileError ? error.code : `${error}`;
  }
}

/** A folder to grant, beside a secret; and links that lead to that. */
async function withSecret(
  act: (granted: string, secret: string) => Promise<void>,
): Promise<void> {
  await inNewFolder(async (folder) => {
    const granted = `${folder}/granted`;
    const secret = `${folder}/secret`;
    Deno.mkdirSync(granted);
    Deno.mkdirSync(secret);
    Deno.writeTextFileSync(`${secret}/file`, SECRET);
    Deno.symlinkSync(`${secret}/file`, `${granted}/absolute`);
    Deno.symlinkSync("../secret/file", `${granted}/relative`);
    Deno.symlinkSync(secret, `${granted}/folder`);
    Deno.symlinkSync("../secret", `${granted}/up`);
    Deno.symlinkSync("loop", `${granted}/loop`);
    await act(granted, secret);
    assertEquals(Deno.readTextFileSync(`${secret}/file`), SECRET);
    const names = [...Deno.readDirSync(secret)].map(({ name }) => name);
    assertEquals(names, ["file"]);
  });
}

const OUTSIDE = (secret: string) => [
  "../secret/file",
  "../../secret/file",
  "/granted/../secret/file",
  "/granted/../../../../../../../etc/passwd",
  "a/../../../../../../../../etc/passwd",
  `${"../".repeat(40)}etc/passwd`,
  `${secret}/file`,
  "/etc/passwd",
  "/proc/self/environ",
  "//etc//passwd",
  "absolute",
  "relative",
  "folder/file",
  "up/file",
  "./up/./file",
  "loop",
  "loop/file",
  "absolute/../relative",
  "..\\secret\\file",
  "%2e%2e/secret/file",
  "file:///etc/passwd",
];

for (const grant of ["write", "overlay"] as const) {
  Deno.test({
    name: `No path and no link leads a session out of a folder with ${grant}`,
    ignore: Deno.build.os === "windows",
    fn: () =>
      withSecret(async (host, secret) => {
        await using session = fixtureSession({
          config: { allowedPaths: { "/granted": { host, [grant]: true } } },
        });
        for (const path of OUTSIDE(secret)) {
          const looks = [
            () => session.readFile({ path }),
            () => session.readBinaryFile({ path }),
            () => session.readTextFile({ path }),
            () => session.listDirectory({ path }),
            () => session.stat({ path }),
          ];
          for (const look of looks) {
            const outcome = await outcomeOf(look());
            assert(!outcome.includes("secret"), `${path}: ${outcome}`);
            assert(!outcome.includes("root:"), `${path}: ${outcome}`);
            assert(!outcome.includes('"size"'), `${path}: ${outcome}`);
          }
          await outcomeOf(session.writeTextFile({ path, content: "taken" }));
          const command = `copy '${path}' found`;
          const run = await session.run({ command });
          assert(!run.stderr.includes("secret of"), path);
        }
        for (const path of ["folder/new", "up/new", "../secret/new"]) {
          await outcomeOf(session.writeTextFile({ path, content: "taken" }));
        }
        for (const path of ["folder/file", "up/file", "../secret/file"]) {
          const gone = await outcomeOf(session.deleteFile({ path }));
          assert(gone !== "true", path);
        }
        // A link is removed itself, and not what it leads to.
        const path = "absolute";
        assertEquals(await session.deleteFile({ path }), true);
        const entries = await session.listDirectory({ path: "." });
        const up = entries!.find(({ name }) => name === "up");
        assertEquals(up?.type, "symlink");
      }),
  });
}

Deno.test({
  name:
    "A session reads nothing outside while its folder is swapped for a link",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withSecret(async (host, secret) => {
      Deno.mkdirSync(`${host}/d`);
      Deno.writeTextFileSync(`${host}/d/file`, "fine");
      const swapper = new Worker(
        new URL("./session_swapper.ts", import.meta.url),
        { type: "module" },
      );
      try {
        const ready = Promise.withResolvers<void>();
        const done = Promise.withResolvers<void>();
        swapper.onmessage = ({ data }) =>
          data === "done" ? done.resolve() : ready.resolve();
        swapper.postMessage({ host, secret, forMs: 3_000 });
        await ready.promise;
        await using session = fixtureSession({
          config: { allowedPaths: { "/granted": { host, write: true } } },
        });
        const seen = new Set<string>();
        const until = performance.now() + 2_500;
        while (performance.now() < until) {
          const path = "d/file";
          seen.add(await outcomeOf(session.readTextFile({ path })));
          const content = "fine";
          await outcomeOf(session.writeTextFile({ path, content }));
          const size = (await session.stat({ path }).catch(() => null))?.size;
          assert(size !== SECRET.length, `${size}`);
        }
        assert(seen.has('"fine"'), [...seen].join());
        assert(!seen.has(JSON.stringify(SECRET)), [...seen].join());
        // A busy worker is not stopped by terminate().
        await done.promise;
      } finally {
        swapper.terminate();
      }
    }),
});

Deno.test({
  name: "Pipes, sockets and devices in a folder hold no session up",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inNewFolder(async (host) => {
      const { success } = new Deno.Command("mkfifo", { args: [`${host}/pipe`] })
        .outputSync();
      assert(success);
      await using session = fixtureSession({
        config: { allowedPaths: { "/granted": { host, write: true } } },
      });
      const since = performance.now();
      const path = "pipe";
      assertEquals((await session.stat({ path }))?.type, "other");
      await assertRejects(
        async () => await session.readFile({ path }),
        SandboxFileError,
      );
      const content = "x";
      await assertRejects(
        async () => await session.writeTextFile({ path, content }),
        SandboxFileError,
      );
      assertEquals((await session.run({ command: "cat pipe" })).exitCode, 1);
      assertLess(performance.now() - since, 15_000);
    }),
});

Deno.test("A huge file is neither read nor written, and costs no memory", () =>
  inNewFolder(async (host) => {
    Deno.writeTextFileSync(`${host}/huge`, "");
    Deno.truncateSync(`${host}/huge`, 8 * 2 ** 30);
    Deno.writeTextFileSync(`${host}/fits`, "12345678");
    Deno.writeTextFileSync(`${host}/more`, "123456789");
    await using session = fixtureSession({
      config: { allowedPaths: { "/granted": { host, write: true } } },
      maxFileBytes: 8,
    });
    const before = Deno.memoryUsage().rss;
    for (const path of ["huge", "more"]) {
      for (
        const read of [
          () => session.readFile({ path }),
          () => session.readBinaryFile({ path }),
          () => session.readTextFile({ path, startLine: 1, endLine: 1 }),
        ]
      ) {
        await assertRejects(
          async () => await read(),
          SandboxFileError,
          "it has more than 8 bytes (EFBIG)",
        );
      }
    }
    assertEquals(await session.readTextFile({ path: "fits" }), "12345678");
    assertEquals((await session.stat({ path: "huge" }))?.size, 8 * 2 ** 30);
    const path = "fits";
    await assertRejects(
      async () => await session.writeTextFile({ path, content: "123456789" }),
      SandboxFileError,
      "EFBIG",
    );
    // A stream without an end is let go, and nothing of it is kept.
    let isCancelled = false;
    const content = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(3)),
      cancel: () => {
        isCancelled = true;
      },
    });
    await assertRejects(
      async () => await session.writeFile({ path, content }),
      SandboxFileError,
      "EFBIG",
    );
    assertEquals(isCancelled, true);
    assertEquals(Deno.readTextFileSync(`${host}/fits`), "12345678");
    assertLess(Deno.memoryUsage().rss - before, 256 * 2 ** 20);
  }));

Deno.test("A folder with more names than can be listed is refused, and costs no memory", () =>
  inNewFolder(async (host) => {
    for (let at = 0; at < 4_400; at++) {
      Deno.writeTextFileSync(`${host}/${`${at}`.padStart(250, "x")}`, "");
    }
    await using session = fixtureSession({
      config: { allowedPaths: { "/granted": host } },
    });
    await assertRejects(
      async () => await session.listDirectory({ path: "." }),
      SandboxFileError,
      "it has names of more than 1048576 bytes (EFBIG)",
    );
    assertEquals((await session.stat({ path: "." }))?.type, "directory");
  }));

Deno.test("A folder in memory holds so much and no more, whoever writes", async () => {
  await using session = fixtureSession({
    config: { memoryDirectories: { "/work": { maxBytes: 100_000 } } },
  });
  const content = new Uint8Array(60_000);
  await session.writeBinaryFile({ path: "a", content });
  const error = await assertRejects(
    async () => await session.writeBinaryFile({ path: "b", content }),
    SandboxFileError,
  );
  assertEquals(error.code, "ENOSPC");
  await session.run({ command: "limits fill c" });
  const rest = (await session.stat({ path: "b" }))?.size ?? 0;
  const filled = (await session.stat({ path: "c" }))?.size ?? 0;
  assertLess(rest + filled, 40_001);
  assertEquals((await session.readBinaryFile({ path: "a" }))?.length, 60_000);
  assertEquals(await session.deleteFile({ path: "a" }), true);
});

/** Each would do something that nobody allowed, if there were a shell. */
const INJECTIONS = [
  "cat in.txt; copy in.txt out.txt",
  "cat in.txt && copy in.txt out.txt",
  "cat in.txt || copy in.txt out.txt",
  "cat in.txt | copy in.txt out.txt",
  "cat in.txt & copy in.txt out.txt",
  "cat in.txt\ncopy in.txt out.txt",
  "cat in.txt\r\ncopy in.txt out.txt",
  "cat in.txt\\\ncopy in.txt out.txt",
  "cat $(copy in.txt out.txt)",
  "cat `copy in.txt out.txt`",
  'cat "$(copy in.txt out.txt)"',
  'cat "`copy in.txt out.txt`"',
  "cat <(copy in.txt out.txt)",
  "cat in.txt > out.txt",
  "cat in.txt >> out.txt",
  "cat in.txt 2> out.txt",
  "cat < in.txt > out.txt",
  "(copy in.txt out.txt)",
  "{ copy in.txt out.txt; }",
  "cat *",
  "cat ~root/x",
  "PATH=/x copy in.txt out.txt",
  "! copy in.txt out.txt",
  "copy in.txt out.txt #",
  "copy in.txt 'out.txt",
  'copy in.txt "out.txt',
  "copy in.txt out.txt\0",
  "\0copy in.txt out.txt",
  "/bin/sh -c 'copy in.txt out.txt'",
  "sh -c 'copy in.txt out.txt'",
  "./copy in.txt out.txt",
  "../copy in.txt out.txt",
  "'copy in.txt out.txt'",
  "copy\u00a0in.txt\u00a0out.txt",
  "\u2028copy in.txt out.txt",
  "eval copy in.txt out.txt",
  "exec copy in.txt out.txt",
  "env copy in.txt out.txt",
  "constructor in.txt out.txt",
  "__proto__ in.txt out.txt",
  "hasOwnProperty copy",
  `copy in.txt ${"out.txt".repeat(40_000)}`,
  " ",
];

Deno.test("No form of a command runs another one, or anything of a shell", async () => {
  await using session = fixtureSession({
    config: { memoryDirectories: { "/work": { files: { "in.txt": "in" } } } },
  });
  for (const command of INJECTIONS) {
    const shown = JSON.stringify(command.slice(0, 60));
    const { exitCode, stdout, stderr } = await session.run({ command });
    assert(exitCode === 2 || exitCode === 127, `${shown}: ${exitCode}`);
    assertEquals(stdout, "", shown);
    assertLess(stderr.length, 1_000, shown);
    const spawned = await session.spawn({ command });
    assertEquals(await spawned.wait(), { exitCode }, shown);
    assertStringIncludes(await textOf(spawned.stderr), stderr, shown);
  }
  // What is an argument stays one.
  for (const name of ["a;b", "$(x)", "-rf", "--help", "a|b > c"]) {
    const command = `copy in.txt '${name}'`;
    assertEquals((await session.run({ command })).exitCode, 0, name);
    assertEquals(await session.readTextFile({ path: name }), "in", name);
  }
  const names = (await session.listDirectory({ path: "." }))!
    .map(({ name }) => name);
  assertEquals(names.sort(), [
    "$(x)",
    "--help",
    "-rf",
    "a;b",
    "a|b > c",
    "in.txt",
  ]);
});

Deno.test("An abort in the middle ends a command, its streams and its turn", async () => {
  await using session = fixtureSession({
    config: { memoryDirectories: { "/work": { files: { "in.txt": "in" } } } },
  });
  const reason = new Error("enough");
  const later = (ms = 150) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), ms);
    return controller.signal;
  };
  const since = performance.now();
  const rejected = async (act: PromiseLike<unknown>) => {
    const error = await assertRejects(() => Promise.resolve(act), Error);
    assertEquals(error, reason);
  };
  await rejected(session.run({ command: "limits spin", abortSignal: later() }));
  await rejected(
    session.run({ command: "limits flood", abortSignal: later() }),
  );
  const spawned = await session.spawn({
    command: "limits flood",
    abortSignal: later(),
  });
  // Nobody reads: the guest waits, and is ended all the same.
  await rejected(spawned.wait());
  await rejected(textOf(spawned.stdout));
  const waiting = await session.spawn({
    command: "cat",
    stdin: true,
    abortSignal: later(),
  });
  await rejected(waiting.wait());
  const more = new Response("x").body!.pipeTo(waiting.stdin);
  assert(await outcomeOf(more) !== "undefined");
  // One whose turn has not come does not wait for it.
  const busy = await session.spawn({ command: "limits spin" });
  const path = "x";
  const command = "copy in.txt x";
  await rejected(session.run({ command, abortSignal: later() }));
  const queued = await session.spawn({ command });
  await queued.kill();
  assertEquals(await queued.wait(), { exitCode: 137 });
  await busy.kill();
  assertEquals(await busy.wait(), { exitCode: 137 });
  assertEquals(await textOf(busy.stdout), "");
  const endless = new ReadableStream<Uint8Array>();
  await rejected(
    session.writeFile({ path, content: endless, abortSignal: later() }),
  );
  for (const abortSignal of [AbortSignal.abort(reason)]) {
    await rejected(session.run({ command: "cat", abortSignal }));
    await rejected(session.stat({ path, abortSignal }));
    const aborted = await session.spawn({ command: "cat", abortSignal });
    await rejected(aborted.wait());
  }
  assertEquals(await session.stat({ path }), null);
  assertLess(performance.now() - since, 20_000);
});

Deno.test("A flood of output is cut or held back, and ends at the limit of time", async () => {
  await using session = fixtureSession({
    config: { maxExecutionTime: 1_000, maxOutputBytes: 10_000 },
  });
  const before = Deno.memoryUsage().rss;
  for (const way of ["flood", "flood-error"]) {
    const { exitCode, stdout, stderr } = await session.run({
      command: `limits ${way}`,
    });
    assertEquals(exitCode, 124);
    assertLess(stdout.length + stderr.length, 10_200);
    assertStringIncludes(stderr, "Output was cut at 10000 bytes");
    assertStringIncludes(stderr, "time limit of 1000 ms");
  }
  // Nobody reads it.
  const unread = await session.spawn({ command: "limits flood" });
  assertEquals(await unread.wait(), { exitCode: 124 });
  assertLess((await textOf(unread.stdout)).length, 200_000);
  assertStringIncludes(await textOf(unread.stderr), "time limit");
  // Nobody wants it any more.
  const dropped = await session.spawn({ command: "limits flood" });
  await dropped.stdout.cancel();
  assertEquals(await dropped.wait(), { exitCode: 124 });
  assertLess(Deno.memoryUsage().rss - before, 256 * 2 ** 20);
});

Deno.test("What a command does to itself is told, and is over with it", async () => {
  await using session = fixtureSession({
    config: { maxExecutionTime: 2_000, maxMemoryBytes: 8 * 2 ** 20 },
  });
  const spun = await session.run({ command: "limits spin" });
  assertEquals([spun.exitCode, spun.stdout], [124, ""]);
  assertEquals(
    (await session.run({ command: "exit 4294967295" })).exitCode !== 0,
    true,
  );
  assertEquals((await session.run({ command: "exit 3" })).exitCode, 3);
  await session.writeTextFile({ path: "x", content: "fine" });
  assertEquals(await session.readTextFile({ path: "x" }), "fine");
});

Deno.test("Paths that are none are refused, and reach no guest", async () => {
  await using session = fixtureSession();
  const wrong: [unknown, string][] = [
    ["", "ENOENT"],
    ["a\0b", "EINVAL"],
    ["x".repeat(5_000), "ENAMETOOLONG"],
    ["x/".repeat(3_000), "ENAMETOOLONG"],
  ];
  for (const [path, code] of wrong) {
    const given = path as string;
    for (
      const act of [
        () => session.readFile({ path: given }),
        () => session.writeTextFile({ path: given, content: "" }),
        () => session.stat({ path: given }),
        () => session.listDirectory({ path: given }),
        () => session.deleteFile({ path: given }),
        () => session.run({ command: "cat x", workingDirectory: given }),
      ]
    ) {
      assertEquals(await outcomeOf(act()), code);
    }
  }
  for (const path of [undefined, null, 7, {}, ["x"]]) {
    const given = path as unknown as string;
    await assertRejects(
      async () => await session.readFile({ path: given }),
      TypeError,
    );
    const content = given;
    await assertRejects(
      async () => await session.writeTextFile({ path: "x", content }),
      TypeError,
    );
  }
  const written = await session.spawn({ command: "cat", stdin: true });
  const writer = written.stdin.getWriter();
  await assertRejects(
    () => writer.write("text" as unknown as Uint8Array),
    TypeError,
    "expected bytes",
  );
  assert((await outcomeOf(written.wait())) !== '{"exitCode":0}');
  const env = { "A=B": "x", C: "a\0b" };
  await assertRejects(
    async () => await session.run({ command: "environment", env }),
    TypeError,
  );
});
