import { assert, assertEquals, assertThrows } from "@std/assert";
import type { GrantedDirectory } from "../../../src/contract/system_grants.ts";
import { PermissionDenied } from "../../../src/errors.ts";
import { GrantedFolders } from "../../../src/host/grants/granted_folders.ts";

/** A folder with others in it, and the grants of one that end with it. */
class Folders implements Disposable {
  readonly base: string;
  readonly #granted: GrantedFolders[] = [];

  constructor(...names: string[]) {
    this.base = Deno.realPathSync(Deno.makeTempDirSync());
    for (const name of names) {
      Deno.mkdirSync(`${this.base}/${name}`, { recursive: true });
    }
  }

  /** Grants folders to write, and those whose names end in `?` to read. */
  grant(...names: string[]): readonly GrantedDirectory[] {
    const granted = new GrantedFolders(names.map((name, index) => {
      const host = `${this.base}/${name.replace("?", "")}`.replace(/\/$/, "");
      return { guest: `/${index}`, host, write: !name.endsWith("?") };
    }));
    this.#granted.push(granted);
    return granted.directories;
  }

  [Symbol.dispose](): void {
    for (const one of this.#granted) one.release();
    Deno.removeSync(this.base, { recursive: true });
  }
}

/** Runs something while another folder is the one for temporary files. */
function withTempFolder(path: string, act: () => void): void {
  const before = Deno.env.get("TMPDIR");
  Deno.env.set("TMPDIR", path);
  try {
    act();
  } finally {
    if (before === undefined) Deno.env.delete("TMPDIR");
    else Deno.env.set("TMPDIR", before);
  }
}

Deno.test("GrantedFolders puts an anchor where no grant leads", () => {
  using folders = new Folders("project/tmp", "project/part", "elsewhere");
  withTempFolder(`${folders.base}/project/tmp`, () => {
    const [inPart] = folders.grant("project/part");
    assert(inPart?.anchor?.startsWith(`${folders.base}/project/tmp/`));
    for (const grant of ["project", "project?", "project/tmp", ""]) {
      const [directory] = folders.grant(grant);
      const { anchor = "/nowhere" } = directory!;
      assert(!anchor.startsWith(folders.base), `${grant}: ${anchor}`);
    }
    // A grant of another sandbox leads there as well.
    const [other] = folders.grant("elsewhere");
    assert(!other!.anchor?.startsWith(folders.base));
  });
});

Deno.test("GrantedFolders makes no anchor when everything is granted", () => {
  using folders = new Folders("data");
  const everything = new GrantedFolders([
    { guest: "/", host: "/", write: true },
    { guest: "/data", host: `${folders.base}/data`, write: true },
  ]);
  try {
    const anchors = everything.directories.map(({ anchor }) => anchor);
    assertEquals(anchors, [undefined, undefined]);
    const [later] = folders.grant("data");
    assertEquals(later!.anchor, undefined);
  } finally {
    everything.release();
  }
  assert(folders.grant("data")[0]!.anchor !== undefined);
});

Deno.test("GrantedFolders grants no anchor", () => {
  using folders = new Folders("data");
  const [{ anchorFolder } = {}] = folders.grant("data");
  assert(anchorFolder !== undefined);
  Deno.symlinkSync(anchorFolder, `${folders.base}/alias`);
  for (const host of [anchorFolder, `${folders.base}/alias`]) {
    const directory = { guest: "/a", host, write: true };
    assertThrows(() => new GrantedFolders([directory]), PermissionDenied);
  }
});

Deno.test("GrantedFolders removes its anchors", () => {
  using folders = new Folders("data");
  const granted = new GrantedFolders([
    { guest: "/data", host: `${folders.base}/data`, write: true },
  ]);
  const { anchorFolder } = granted.directories[0]!;
  assert(anchorFolder !== undefined && Deno.statSync(anchorFolder).isDirectory);
  granted.release();
  assertThrows(() => Deno.statSync(anchorFolder), Deno.errors.NotFound);
});

Deno.test("GrantedFolders lets what overlaps share a lock, also across sandboxes", () => {
  using folders = new Folders("a/b/c", "d");
  const locksOf = (name: string) => folders.grant(name)[0]!.locks!;
  const shares = (a: readonly number[], b: readonly number[]) =>
    a.some((lock) => b.includes(lock));
  const [b, d] = [locksOf("a/b"), locksOf("d")];
  const [a, c, again] = [locksOf("a"), locksOf("a/b/c"), locksOf("a/b")];
  assert(!shares(b, d) && !shares(a, d) && !shares(c, d));
  for (const [one, two] of [[a, b], [a, c], [b, c], [again, a], [again, b]]) {
    assert(shares(one!, two!), `${one} and ${two}`);
  }
  for (const locks of [a, b, c, d, again]) {
    assertEquals(locks, locks.toSorted((x, y) => x - y));
  }
});

Deno.test("GrantedFolders finds what is only to be read by real paths", () => {
  using folders = new Folders("a/data/deep", "b");
  Deno.symlinkSync(`${folders.base}/a/data`, `${folders.base}/alias`);
  const readOnly = (...names: string[]) =>
    folders.grant(...names).map(({ readOnly }) => readOnly);
  assertEquals(readOnly("a", "alias?"), [["data"], undefined]);
  assertEquals(readOnly("a/data/deep?", "a"), [undefined, ["data/deep"]]);
  assertEquals(readOnly("a", "a?", "b?"), [[], undefined, undefined]);
  assertEquals(readOnly("a/data", "a?"), [[], undefined]);
  assertEquals(readOnly("a", "a/later?"), [["later"], undefined]);
});
