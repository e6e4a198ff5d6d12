import { assert, assertEquals, assertMatch } from "@std/assert";
import { Programs } from "../tool/programs.ts";

/** A project with a part that is granted by itself, and what is outside. */
class Project implements Disposable {
  readonly base: string;
  readonly project: string;
  readonly data: string;

  constructor() {
    this.base = Deno.realPathSync(Deno.makeTempDirSync());
    this.project = `${this.base}/project`;
    this.data = `${this.project}/part/data`;
    for (const path of [`${this.data}/deep`, `${this.project}/empty`]) {
      Deno.mkdirSync(path, { recursive: true });
    }
    Deno.mkdirSync(`${this.base}/outside`);
    Deno.writeTextFileSync(`${this.base}/outside/file`, "outside");
    Deno.writeTextFileSync(`${this.data}/file`, "text");
    Deno.writeTextFileSync(`${this.data}/deep/file`, "text");
    Deno.writeTextFileSync(`${this.project}/mine`, "mine");
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.base, { recursive: true });
  }
}

/** What `escape` says to each of these. */
async function attempt(
  programs: Programs,
  ...attempts: readonly string[][]
): Promise<string[]> {
  const said: string[] = [];
  for (const args of attempts) {
    const { stdout } = await programs.run("wasi/escape", { args });
    said.push(`${args.join(" ")}: ${stdout}`);
  }
  return said;
}

async function assertRefused(
  programs: Programs,
  ...attempts: readonly string[][]
): Promise<void> {
  for (const said of await attempt(programs, ...attempts)) {
    assertMatch(said, /: error /);
  }
}

async function assertDone(
  programs: Programs,
  ...attempts: readonly string[][]
): Promise<void> {
  for (const said of await attempt(programs, ...attempts)) {
    assertMatch(said, /: ok /);
  }
}

const MOVES: readonly string[][] = [
  ["rename", "/a/part", "/a/moved"],
  ["rename", "/a/part/data", "/a/moved"],
  ["rename", "/a/empty", "/a/part/data"],
  ["rename", "/a/empty", "/a/part"],
  ["rmdir", "/a/part/data"],
  ["rmdir", "/a/part"],
];

Deno.test("A guest moves or removes no folder that it was granted, nor one above it", async () => {
  for (const write of [true, false]) {
    using folders = new Project();
    Deno.removeSync(folders.data, { recursive: true });
    Deno.mkdirSync(folders.data);
    await using programs = new Programs((b) =>
      b.allowedPath("/a", folders.project, { write: true })
        .allowedPath("/data", folders.data, { write })
    );
    await assertRefused(programs, ...MOVES);
    assert(Deno.statSync(folders.data).isDirectory);
  }
});

const SCOPED = new Project();
Deno.test.afterAll(() => SCOPED[Symbol.dispose]());

Deno.test({
  name: "Nor where the process may use no more than these folders",
  permissions: { read: true, write: [SCOPED.project] },
  async fn() {
    await using programs = new Programs((b) =>
      b.allowedPath("/a", SCOPED.project, { write: true })
        .allowedPath("/data", SCOPED.data, { write: true })
    );
    await assertRefused(programs, ...MOVES);
    await assertDone(programs, ["read", "/data/deep/file"]);
  },
});

Deno.test("Nor one that another sandbox granted, before or after, until that is closed", async () => {
  using folders = new Project();
  const grantAll = () =>
    new Programs((b) => b.allowedPath("/a", folders.project, { write: true }));
  const grantPart = () =>
    new Programs((b) => b.allowedPath("/data", folders.data));
  await using before = grantAll();
  await assertDone(before, ["rename", "/a/empty", "/a/full"]);
  {
    await using part = grantPart();
    await using after = grantAll();
    for (const programs of [before, after]) {
      await assertRefused(programs, ...MOVES);
    }
    await assertDone(part, ["read", "/data/file"]);
  }
  await assertDone(before, ["rename", "/a/part", "/a/moved"]);
});

Deno.test("A folder is not used once another one, or a link, has its name", async () => {
  using folders = new Project();
  await using programs = new Programs((b) =>
    b.allowedPath("/data", folders.data, { write: true })
  );
  await assertDone(programs, ["read", "/data/file"]);
  const moved = `${folders.base}/moved`;
  Deno.renameSync(folders.data, moved);
  for (
    const put of [
      () => Deno.symlinkSync(`${folders.base}/outside`, folders.data),
      () => Deno.mkdirSync(folders.data),
    ]
  ) {
    put();
    await assertRefused(
      programs,
      ["read", "/data/file"],
      ["list", "/data"],
      ["stat", "/data/."],
      ["create", "/data/new"],
      ["write", "/data/file"],
      ["mkdir", "/data/new"],
      ["remove", "/data/file"],
      ["rename", "/data/file", "/data/new"],
      ["symlink", "file", "/data/new"],
    );
    Deno.removeSync(folders.data);
  }
  Deno.renameSync(moved, folders.data);
  await assertDone(programs, ["read", "/data/file"]);
  const outside = [...Deno.readDirSync(`${folders.base}/outside`)];
  assertEquals(outside.map(({ name }) => name), ["file"]);
});

Deno.test("What is granted to read is not changed through the folder above it", async () => {
  using folders = new Project();
  Deno.linkSync(`${folders.data}/file`, `${folders.project}/twin`);
  Deno.symlinkSync("part/data", `${folders.project}/way`);
  Deno.symlinkSync(folders.data, `${folders.base}/alias`);
  for (const host of [folders.data, `${folders.base}/alias`]) {
    await using programs = new Programs((b) =>
      b.allowedPath("/a", folders.project, { write: true })
        .allowedPath("/data", host)
    );
    for (const way of ["/a/part/data", "/a/way", "/data", "/a/way/../data"]) {
      await assertRefused(
        programs,
        ["write", `${way}/file`],
        ["append", `${way}/file`],
        ["truncate", `${way}/deep/file`],
        ["touch", `${way}/file`],
        ["create", `${way}/new`],
        ["mkdir", `${way}/new`],
        ["remove", `${way}/file`],
        ["rmdir", `${way}/deep`],
        ["rename", `${way}/file`, `${way}/new`],
        ["rename", `${way}/file`, "/a/stolen"],
        ["rename", `${way}/deep`, "/a/stolen"],
        ["rename", "/a/mine", `${way}/file`],
        ["link", `${way}/file`, "/a/stolen"],
        ["link", "/a/mine", `${way}/new`],
        ["symlink", "file", `${way}/new`],
      );
    }
    await assertRefused(programs, ["write", "/a/twin"], ["touch", "/a/twin"]);
    await assertDone(
      programs,
      ["read", "/a/part/data/file"],
      ["read", "/data/deep/file"],
      ["write", "/a/mine"],
    );
    Deno.writeTextFileSync(`${folders.project}/mine`, "mine");
  }
  assertEquals(Deno.readTextFileSync(`${folders.data}/file`), "text");
  assertEquals(Deno.readTextFileSync(`${folders.data}/deep/file`), "text");
  const left = [...Deno.readDirSync(folders.data)].map(({ name }) => name);
  assertEquals(left.sort(), ["deep", "file"]);
});

Deno.test("A folder that is granted twice has the rights of the name that is used", async () => {
  for (const order of [["/r", "/w"], ["/w", "/r"]]) {
    using folders = new Project();
    await using programs = new Programs((b) =>
      order.reduce(
        (builder, guest) =>
          builder.allowedPath(guest, folders.project, {
            write: guest === "/w",
          }),
        b,
      )
    );
    await assertRefused(
      programs,
      ["create", "/r/new"],
      ["write", "/r/mine"],
      ["symlink", "mine", "/r/link"],
      ["rename", "/r/mine", "/r/new"],
      ["rename", "/r/mine", "/w/new"],
      ["link", "/r/mine", "/w/new"],
    );
    await assertDone(
      programs,
      ["create", "/w/new"],
      ["write", "/w/mine"],
      ["symlink", "mine", "/w/link"],
      ["read", "/r/link"],
      ["rename", "/w/mine", "/w/renamed"],
    );
  }
});

Deno.test("Nothing is made exclusively through a link, and no dot is removed", async () => {
  using folders = new Project();
  await using programs = new Programs((b) =>
    b.allowedPath("/a", folders.project, { write: true })
  );
  await assertDone(
    programs,
    ["symlink", "missing", "/a/dangling"],
    ["symlink", "dangling", "/a/chained"],
  );
  for (const link of ["dangling", "chained"]) {
    const said = await attempt(programs, ["create", `/a/${link}`]);
    assertEquals(said, [`create /a/${link}: error File exists\n`]);
  }
  const said = await attempt(programs, ["rmdir", "/a/empty/."]);
  assertEquals(said, ["rmdir /a/empty/.: error Invalid argument\n"]);
  await assertRefused(
    programs,
    ["rename", "/a/empty/.", "/a/moved"],
    ["remove", "/a/empty/."],
    ["mkdir", "/a/new/."],
  );
  const left = [...Deno.readDirSync(folders.project)].map(({ name }) => name);
  assertEquals(left.sort(), ["chained", "dangling", "empty", "mine", "part"]);
});
