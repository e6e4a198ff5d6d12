import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { SandboxFileError, sandboxSession } from "@cortexai/sandbox/ai-sdk";
import {
  COMMANDS,
  fixtureSession,
  inNewFolder,
  textOf,
} from "./fixture_session.ts";
import { SessionBox } from "../../../../src/adapters/ai_sdk/session/session_box.ts";

const BYTES = new Uint8Array([0, 255, 10, 13, 128]);

async function codeOf(act: PromiseLike<unknown>): Promise<string> {
  const error = await assertRejects(
    () => Promise.resolve(act),
    SandboxFileError,
  );
  return error.code;
}

Deno.test("A session reads what it wrote: text, bytes and streams", async () => {
  await using session = fixtureSession();
  await session.writeTextFile({ path: "a/b/c.txt", content: "1\n2\n3\n" });
  const path = "/work/a/b/c.txt";
  assertEquals(await session.readTextFile({ path }), "1\n2\n3\n");
  const lines = { startLine: 2, endLine: 2 };
  assertEquals(await session.readTextFile({ path, ...lines }), "2");
  await session.writeBinaryFile({ path: "bytes", content: BYTES });
  assertEquals(await session.readBinaryFile({ path: "./bytes" }), BYTES);
  const large = crypto.getRandomValues(new Uint8Array(60_000));
  const content = new Blob([large, large, large]).stream();
  await session.writeFile({ path: "large", content });
  const read = await session.readFile({ path: "a/../large" });
  assertEquals(
    await new Response(read as ReadableStream<Uint8Array<ArrayBuffer>>).bytes(),
    await new Blob([large, large, large]).bytes(),
  );
  // It replaces the whole of a file.
  await session.writeTextFile({ path: "large", content: "" });
  assertEquals(await session.readTextFile({ path: "large" }), "");
  const encoding = "utf-16le";
  await session.writeTextFile({ path: "wide", content: "\u00fc", encoding });
  assertEquals(
    await session.readTextFile({ path: "wide", encoding }),
    "\u00fc",
  );
});

Deno.test("A session says what is there, lists it and removes it", async () => {
  await using session = fixtureSession();
  await session.writeTextFile({ path: "a/b.txt", content: "12345" });
  await session.writeTextFile({ path: "a/__proto__", content: "kept" });
  assertEquals(await session.stat({ path: "a/b.txt" }), {
    type: "file",
    size: 5,
  });
  for (const path of ["a", ".", "/work", "/"]) {
    assertEquals((await session.stat({ path }))?.type, "directory", path);
  }
  assertEquals(await session.listDirectory({ path: "a" }), [
    { name: "__proto__", type: "file" },
    { name: "b.txt", type: "file" },
  ]);
  assertEquals(await session.listDirectory({ path: "." }), [
    { name: "a", type: "directory" },
  ]);
  const names = (await session.listDirectory({ path: "/" }))!
    .map(({ name }) => name);
  assert(names.includes("work"));
  for (const path of ["none", "none/x", "a/b.txt/x", "/etc/passwd"]) {
    assertEquals(await session.stat({ path }), null, path);
    assertEquals(await session.readFile({ path }), null, path);
    assertEquals(await session.readBinaryFile({ path }), null, path);
    assertEquals(await session.readTextFile({ path }), null, path);
    assertEquals(await session.listDirectory({ path }), null, path);
    assertEquals(await session.deleteFile({ path }), false, path);
  }
  assertEquals(await codeOf(session.readFile({ path: "a" })), "EISDIR");
  assertEquals(
    await codeOf(session.listDirectory({ path: "a/b.txt" })),
    "ENOTDIR",
  );
  for (const path of ["a", ".", "/work", "/"]) {
    assertEquals(await codeOf(session.deleteFile({ path })), "EISDIR", path);
  }
  for (const path of ["a", "."]) {
    const content = "x";
    assertEquals(
      await codeOf(session.writeTextFile({ path, content })),
      "EISDIR",
    );
  }
  assertEquals(await session.deleteFile({ path: "a/b.txt" }), true);
  assertEquals(await session.deleteFile({ path: "a/b.txt" }), false);
  assertEquals(await session.readTextFile({ path: "a/__proto__" }), "kept");
});

Deno.test("A folder of thousands of files is listed whole", async () => {
  await inNewFolder(async (folder) => {
    const names = Array.from({ length: 5_000 }, (_, at) => `file ${at} \u00fc`);
    for (const name of names) Deno.writeTextFileSync(`${folder}/${name}`, "");
    await using session = fixtureSession({
      config: { allowedPaths: { "/data": folder } },
    });
    const listed = await session.listDirectory({ path: "/data" });
    assertEquals(listed!.map(({ name }) => name).sort(), names.sort());
  });
});

Deno.test("Commands see the files of a session, and the session theirs", async () => {
  await using session = fixtureSession({
    config: {
      memoryDirectories: { "/work": { files: { "in.txt": "given" } } },
    },
  });
  const copied = await session.run({ command: "copy in.txt 'a copy.txt'" });
  assertEquals(copied, { exitCode: 0, stdout: "5 bytes\n", stderr: "" });
  assertEquals(await session.readTextFile({ path: "a copy.txt" }), "given");
  // What was there at first, and was removed, does not come back.
  assertEquals(await session.deleteFile({ path: "in.txt" }), true);
  const again = await session.run({ command: "cat in.txt" });
  assertEquals(again.exitCode, 1);
  assertStringIncludes(again.stderr, "in.txt: ");
  await session.writeTextFile({ path: "sub/in.txt", content: "below" });
  const workingDirectory = "sub";
  const below = await session.run({ command: "cat in.txt", workingDirectory });
  assertEquals(below.stdout, "below");
  await session.run({ command: "copy in.txt out.txt", workingDirectory });
  assertEquals(await session.readTextFile({ path: "sub/out.txt" }), "below");
  for (
    const [workingDirectory, code] of [
      ["none", "ENOENT"],
      ["sub/in.txt", "ENOTDIR"],
      ["/tmp", "ENOENT"],
      ["/", "ENOENT"],
    ] as const
  ) {
    const run = session.run({ command: "cat x", workingDirectory });
    assertEquals(await codeOf(run), code, workingDirectory);
  }
});

Deno.test("A command has its arguments and variables, and how it ended", async () => {
  await using session = fixtureSession({
    commands: {
      ...COMMANDS,
      show: {
        module: COMMANDS.environment!,
        description: "shows what it got",
        args: ["first"],
        env: { A: "own", B: "own" },
      },
    },
  });
  assertStringIncludes(session.description, "show (shows what it got)");
  assertStringIncludes(session.description, "Folders: /work.");
  const { exitCode, stdout } = await session.run({
    command: "show 'second one'",
    env: { B: "call" },
  });
  assertEquals(exitCode, 0);
  const lines = stdout.split("\n").filter((line) => !/realt|monot/.test(line));
  assertEquals(lines, [
    "argument 0=show",
    "argument 1=first",
    "argument 2=second one",
    "variable A=own",
    "variable B=call",
    "variable PWD=/work",
    "",
  ]);
  const seven = await session.run({ command: "exit 7" });
  assertEquals(seven.exitCode, 7);
  assertEquals(await session.run({ command: "toString" }), {
    exitCode: 127,
    stdout: "",
    stderr:
      '"toString" is not a command; there is cat, copy, environment, escape, exit, limits, show',
  });
});

Deno.test("spawn streams both ways, and its end is waited for", async () => {
  await using session = fixtureSession();
  const written = await session.spawn({ command: "cat", stdin: true });
  const writer = written.stdin.getWriter();
  const encoder = new TextEncoder();
  await writer.write(encoder.encode("to "));
  const reader = written.stdout.getReader();
  assertEquals((await reader.read()).value, encoder.encode("to "));
  await writer.write(encoder.encode("be"));
  await writer.close();
  assertEquals((await reader.read()).value, encoder.encode("be"));
  assertEquals((await reader.read()).done, true);
  assertEquals(await written.wait(), { exitCode: 0 });
  await written.kill();
  assertEquals(await written.wait(), { exitCode: 0 });

  const silent = await session.spawn({ command: "cat" });
  assertEquals("stdin" in silent, false);
  assertEquals(await textOf(silent.stdout), "");
  const refused = await session.spawn({ command: "cat | cat" });
  assertStringIncludes(await textOf(refused.stderr), "no pipes");
  assertEquals(await refused.wait(), { exitCode: 2 });
  const failing = await session.spawn({ command: "cat none" });
  assertStringIncludes(await textOf(failing.stderr), "none: ");
  assertEquals(await failing.wait(), { exitCode: 1 });
});

Deno.test("Granted folders are written, overlaid or only read", async () => {
  await inNewFolder(async (folder) => {
    for (const name of ["kept", "tried", "read"]) {
      Deno.mkdirSync(`${folder}/${name}`);
      Deno.writeTextFileSync(`${folder}/${name}/in.txt`, name);
    }
    await using session = fixtureSession({
      config: {
        allowedPaths: {
          "/tried": { host: `${folder}/tried`, overlay: true },
          "/kept": { host: `${folder}/kept`, write: true },
          "/read": `${folder}/read`,
        },
      },
    });
    assertStringIncludes(session.description, "/kept, /read (to read)");
    for (const place of ["/kept", "/tried"]) {
      await session.writeTextFile({ path: `${place}/d/x`, content: place });
      await session.run({ command: `copy ${place}/in.txt ${place}/y` });
      assertEquals(await session.readTextFile({ path: `${place}/d/x` }), place);
      assertEquals(await session.deleteFile({ path: `${place}/in.txt` }), true);
      assertEquals(await session.stat({ path: `${place}/in.txt` }), null);
    }
    const path = "/read/x";
    assertEquals(
      await codeOf(session.writeTextFile({ path, content: "" })),
      "EROFS",
    );
    assertEquals(
      await codeOf(session.deleteFile({ path: "/read/in.txt" })),
      "EROFS",
    );
    assertEquals(await session.readTextFile({ path: "/read/in.txt" }), "read");
    const outside = session.writeTextFile({ path: "/x/y", content: "" });
    await assertRejects(
      () => Promise.resolve(outside),
      SandboxFileError,
      "no folder is granted there, there is /tried, /kept, /read",
    );
    assertEquals(Deno.readTextFileSync(`${folder}/kept/d/x`), "/kept");
    assertEquals(Deno.readTextFileSync(`${folder}/kept/y`), "kept");
    const untouched = [...Deno.readDirSync(`${folder}/tried`)];
    assertEquals(untouched.map(({ name }) => name), ["in.txt"]);
    const { ok } = await session.overlay!.commit();
    assertEquals(ok, true);
    assertEquals(Deno.readTextFileSync(`${folder}/tried/d/x`), "/tried");
    assertEquals(Deno.readTextFileSync(`${folder}/tried/y`), "tried");
  });
});

Deno.test("The limit of a session that is checked is the one that is used", async () => {
  let reads = 0;
  await using session = sandboxSession({
    get maxFileBytes() {
      return reads++ === 0 ? 4 : 2 ** 40;
    },
  });
  await assertRejects(
    () =>
      Promise.resolve(session.writeTextFile({ path: "a", content: "12345" })),
    Error,
    "more than 4 bytes",
  );
});

Deno.test("A session has workers for four commands also where undefined is given", async () => {
  const { sandbox } = new SessionBox({ maxWorkers: undefined });
  await using _ = sandbox;
  assert(sandbox.config.maxWorkers >= 4);
});

Deno.test("Wrong options of a session are refused, and a closed one says so", async () => {
  const wrong: [unknown, string][] = [
    [{ sandbox: {} }, 'unknown option "sandbox"'],
    [{ commands: { "a b": COMMANDS.cat } }, '"a b" is not a name'],
    [{ commands: { "": COMMANDS.cat } }, '"" is not a name'],
    [{ config: { maxMemory: 1 } }, "maxMemory"],
  ];
  for (const [options, why] of wrong) {
    assertThrows(() => sandboxSession(options as never), TypeError, why);
  }
  for (const maxFileBytes of [-1, 0.5, 2 ** 31, NaN]) {
    assertThrows(() => sandboxSession({ maxFileBytes }), RangeError);
  }
  const session = fixtureSession();
  await session.close();
  await assertRejects(
    async () => await session.readTextFile({ path: "x" }),
    Error,
    "closed",
  );
  await assertRejects(
    async () => await session.run({ command: "cat" }),
    Error,
    "closed",
  );
});

Deno.test("Files in memory are read and written while a command runs", async () => {
  await using session = fixtureSession({
    config: { memoryDirectories: { "/work": { maxBytes: 100_000 } } },
  });
  await session.writeTextFile({ path: "in.txt", content: "before" });
  const running = await session.spawn({ command: "cat", stdin: true });
  const writer = running.stdin.getWriter();
  await writer.write(BYTES);
  const reader = running.stdout.getReader();
  assertEquals((await reader.read()).value, BYTES);
  assertEquals(await session.readTextFile({ path: "in.txt" }), "before");
  await session.writeTextFile({ path: "in.txt", content: "meanwhile" });
  await session.writeTextFile({ path: "new.txt", content: "new" });
  assertEquals(await session.deleteFile({ path: "new.txt" }), true);
  await writer.write(BYTES);
  assertEquals((await reader.read()).value, BYTES);
  await writer.close();
  assertEquals(await running.wait(), { exitCode: 0 });
  assertEquals(await session.readTextFile({ path: "in.txt" }), "meanwhile");

  // What has no room beside it is not kept, and said.
  const filling = session.run({ command: "limits fill full" });
  const content = new Uint8Array(50_000);
  await session.writeBinaryFile({ path: "half", content });
  const { exitCode, stderr } = await filling;
  const kept = (await session.stat({ path: "full" }))?.size ?? 0;
  assertEquals((await session.stat({ path: "half" }))?.size, 50_000);
  assert(kept <= 50_000, `${kept}`);
  assertEquals(exitCode === 137, stderr.includes("would have more than"));
  await session.writeTextFile({ path: "small", content: "x" });
});

Deno.test("Commands take turns, and writes side by side lose nothing", async () => {
  await using session = fixtureSession();
  const names = Array.from({ length: 20 }, (_, at) => `${at}.txt`);
  await Promise.all(
    names.map((path) => session.writeTextFile({ path, content: path })),
  );
  const copies = names.map((name) =>
    session.run({ command: `copy ${name} copy-${name}` })
  );
  assertEquals((await Promise.all(copies)).map((one) => one.exitCode), [
    ...names.map(() => 0),
  ]);
  for (const name of names) {
    const path = `copy-${name}`;
    assertEquals(await session.readTextFile({ path }), name);
  }
});

Deno.test("Writes that can't both be are not both kept", async () => {
  await using session = fixtureSession();
  const content = "x";
  const both = await Promise.allSettled([
    session.writeTextFile({ path: "a", content }),
    session.writeTextFile({ path: "a/b", content }),
    session.writeTextFile({ path: "a/b/c", content }),
  ]);
  const kept = both.filter(({ status }) => status === "fulfilled");
  assertEquals(kept.length, 1);
  assert((await session.listDirectory({ path: "." }))?.length === 1);
  // What stands beside a file is not lost with it.
  await session.writeTextFile({ path: "d/e", content: "1" });
  await session.writeTextFile({ path: "d/f", content: "22" });
  await session.writeTextFile({ path: "d/e", content: "" });
  assertEquals(await session.stat({ path: "d/e" }), { type: "file", size: 0 });
  assertEquals(await session.stat({ path: "d/f" }), { type: "file", size: 2 });
  assertEquals(await session.deleteFile({ path: "d/e" }), true);
  assertEquals(await session.readTextFile({ path: "d/f" }), "22");
});
