import { assert, assertEquals, assertMatch } from "@std/assert";
import { Programs } from "../tool/programs.ts";

/** A temp folder in a project, and a folder that is granted elsewhere. */
class Ground implements Disposable {
  readonly base: string;
  readonly project: string;
  readonly temp: string;
  readonly data: string;
  readonly #before = Deno.env.get("TMPDIR");

  constructor() {
    this.base = Deno.realPathSync(Deno.makeTempDirSync());
    this.project = `${this.base}/project`;
    this.temp = `${this.project}/tmp`;
    this.data = `${this.base}/data`;
    for (const path of [this.temp, this.data]) {
      Deno.mkdirSync(path, { recursive: true });
    }
    Deno.writeTextFileSync(`${this.base}/secret`, "secret");
    Deno.symlinkSync(this.base, `${this.data}/out`);
    Deno.env.set("TMPDIR", this.temp);
  }

  /** The names of anchors in the temp folder. */
  anchors(): string[] {
    return [...Deno.readDirSync(this.temp)].map(({ name }) => name);
  }

  [Symbol.dispose](): void {
    if (this.#before === undefined) Deno.env.delete("TMPDIR");
    else Deno.env.set("TMPDIR", this.#before);
    Deno.removeSync(this.base, { recursive: true });
  }
}

async function say(programs: Programs, ...args: string[]): Promise<string> {
  return (await programs.run("wasi/escape", { args })).stdout;
}

Deno.test("An anchor is in no folder that guests may write", async () => {
  for (const grant of ["project", "temp", "base"] as const) {
    using ground = new Ground();
    await using programs = new Programs((b) =>
      b.allowedPath("/p", ground[grant], { write: true })
        .allowedPath("/data", ground.data)
    );
    assertMatch(await say(programs, "create", "/p/new"), /^ok /);
    assertEquals(ground.anchors().filter((name) => name !== "new"), []);
    assertMatch(await say(programs, "read", "/data/out/secret"), /^error /);
  }
});

Deno.test("A guest that is granted the folder of anchors later can't touch them", async () => {
  using ground = new Ground();
  await using first = new Programs((b) =>
    b.allowedPath("/data", ground.data, { write: true })
  );
  const [anchor, ...others] = ground.anchors();
  assert(anchor !== undefined && others.length === 0);
  const folder = `${ground.temp}/${anchor}`;
  const links = () =>
    [...Deno.readDirSync(folder)]
      .map(({ name }) => `${name} ${Deno.readLinkSync(`${folder}/${name}`)}`)
      .sort();
  const before = links();
  assert(before.length > 30);
  await using later = new Programs((b) =>
    b.allowedPath("/p", ground.project, { write: true })
  );
  const at = `/p/tmp/${anchor}`;
  for (
    const args of [
      ["rename", `${at}/l9`, `${at}/l40`],
      ["rename", `${at}/l1`, "/p/l1"],
      ["remove", `${at}/l40`],
      ["symlink", "l1", `${at}/l41`],
      ["link", `${at}/l1`, `${at}/l41`],
      ["mkdir", `${at}/new`],
      ["create", `${at}/new`],
      ["rename", at, "/p/moved"],
      ["rename", "/p/tmp", "/p/moved"],
      ["rmdir", at],
      ["list", at],
      ["read", `${at}/l40/file`],
      ["readlink", `${at}/l1`],
      ["stat", at],
    ]
  ) assertMatch(await say(later, ...args), /^error /, `${args}`);
  assert(!(await say(later, "list", "/p/tmp")).includes(anchor));
  assertEquals(links(), before);
  assertMatch(await say(later, "create", "/p/tmp/new"), /^ok /);
  assertMatch(await say(first, "read", "/data/out/secret"), /^error /);
  assertMatch(await say(first, "create", "/data/new"), /^ok /);
});

Deno.test("Where everything is granted there is no anchor, and the wall holds", async () => {
  using ground = new Ground();
  await using programs = new Programs((b) =>
    b.allowedPath("/", "/", { write: true })
      .allowedPath("/data", ground.data, { write: true })
  );
  assertMatch(await say(programs, "read", "/data/out/secret"), /^error /);
  assertMatch(await say(programs, "mkdir", "/data/d"), /^ok /);
  assertMatch(await say(programs, "create", "/data/d/new"), /^ok /);
  assertMatch(await say(programs, "symlink", "d", "/data/link"), /^error /);
  assertEquals(ground.anchors(), []);
});
