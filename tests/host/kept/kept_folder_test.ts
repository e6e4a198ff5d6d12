import { assert, assertEquals } from "@std/assert";
import { KeptFolder } from "../../../src/host/kept/kept_folder.ts";

const LIMITS = { totalBytes: 1000, fileBytes: 400, files: 8 };

/** A folder, and the one in it that is kept. */
class Ground implements Disposable {
  readonly directory = Deno.makeTempDirSync();
  readonly kept: KeptFolder;

  constructor(limits: Partial<typeof LIMITS> = {}) {
    this.kept = new KeptFolder(this.directory, { ...LIMITS, ...limits });
  }

  get path(): string {
    return `${this.directory}/.cortexai-sandbox-prepared`;
  }

  names(): string[] {
    return [...Deno.readDirSync(this.path)].map(({ name }) => name).sort();
  }

  /** Says when a file was used, in seconds from now. */
  used(name: string, seconds: number): void {
    const when = new Date(Date.now() + seconds * 1000);
    Deno.utimeSync(`${this.path}/${name}`, when, when);
  }

  [Symbol.dispose](): void {
    this.kept.release();
    Deno.removeSync(this.directory, { recursive: true });
  }
}

const bytes = (length: number, value = 1) => new Uint8Array(length).fill(value);

Deno.test("KeptFolder gives back what was written, and nothing else", async () => {
  using ground = new Ground();
  const { kept } = ground;
  assertEquals(await kept.read("a"), undefined);
  assert(await kept.write("a", [bytes(3), bytes(2, 2), bytes(0)]));
  assertEquals(await kept.read("a"), Uint8Array.of(1, 1, 1, 2, 2));
  assert(await kept.write("a", [bytes(1, 9)]));
  assertEquals(await kept.read("a"), Uint8Array.of(9));
  assertEquals(ground.names(), ["a"]);
  assertEquals(Deno.statSync(`${ground.path}/a`).mode! & 0o777, 0o600);
  assertEquals(Deno.statSync(ground.path).mode! & 0o777, 0o700);
  await kept.remove("a");
  assertEquals([await kept.read("a"), ground.names()], [undefined, []]);
});

Deno.test("KeptFolder finds names by their beginning, and none unfinished", async () => {
  using ground = new Ground();
  const { kept } = ground;
  for (const name of ["5-a", "5-b", "6-a"]) await kept.write(name, [bytes(1)]);
  Deno.writeFileSync(`${ground.path}/5-c.x.part`, bytes(1));
  assertEquals((await kept.names("5-")).sort(), ["5-a", "5-b"]);
  assertEquals(await kept.names("7-"), []);
  Deno.removeSync(ground.path, { recursive: true });
  assertEquals(await kept.names("5-"), []);
});

Deno.test("KeptFolder keeps to its bytes: what was not used for longest goes", async () => {
  using ground = new Ground();
  const { kept } = ground;
  for (const [index, name] of ["a", "b", "c"].entries()) {
    assert(await kept.write(name, [bytes(300)]));
    ground.used(name, index - 100);
  }
  // Reading counts as using.
  assertEquals((await kept.read("a"))?.length, 300);
  assert(await kept.write("d", [bytes(300)]));
  assertEquals(ground.names(), ["a", "c", "d"]);
  assert(await kept.write("e", [bytes(399)]));
  assertEquals(
    ground.names(),
    ["a", "d", "e"].filter((name) => ground.names().includes(name)),
  );
  const total = ground.names().reduce(
    (sum, name) => sum + Deno.statSync(`${ground.path}/${name}`).size,
    0,
  );
  assert(total <= LIMITS.totalBytes, `${total} bytes are kept`);
});

Deno.test("KeptFolder keeps to its number of files", async () => {
  using ground = new Ground({ files: 3 });
  for (let i = 0; i < 6; i++) {
    assert(await ground.kept.write(`f${i}`, [bytes(1)]));
    ground.used(`f${i}`, i - 100);
  }
  assertEquals(ground.names(), ["f3", "f4", "f5"]);
});

Deno.test("KeptFolder neither writes nor reads what is too large", async () => {
  using ground = new Ground();
  assertEquals(await ground.kept.write("a", [bytes(300), bytes(101)]), false);
  assertEquals(ground.names(), []);
  const path = `${ground.path}/a`;
  Deno.writeFileSync(path, bytes(401), { mode: 0o600 });
  assertEquals(await ground.kept.read("a"), undefined);
  Deno.writeFileSync(path, bytes(400), { mode: 0o600 });
  assertEquals((await ground.kept.read("a"))?.length, 400);
});

Deno.test("KeptFolder removes what was never finished, after a while", async () => {
  using ground = new Ground();
  for (const name of ["old.1.part", "new.2.part"]) {
    Deno.writeFileSync(`${ground.path}/${name}`, bytes(5), { mode: 0o600 });
  }
  ground.used("old.1.part", -3600);
  assert(await ground.kept.write("a", [bytes(1)]));
  assertEquals(ground.names(), ["a", "new.2.part"]);
});

Deno.test("KeptFolder says when a file can't be kept, and leaves nothing", async () => {
  using ground = new Ground();
  // A folder in the place of the file can't be replaced by one.
  Deno.mkdirSync(`${ground.path}/a/b`, { recursive: true });
  assertEquals(await ground.kept.write("a", [bytes(1)]), false);
  assertEquals(await ground.kept.read("a"), undefined);
  assertEquals(ground.names(), ["a"]);
  // Another folder in the place of this one is not used.
  const other = `${ground.directory}/other`;
  Deno.mkdirSync(other, { mode: 0o700 });
  Deno.renameSync(ground.path, `${ground.directory}/before`);
  assertEquals(await ground.kept.write("a", [bytes(1)]), false);
  assertEquals(await ground.kept.read("a"), undefined);
  Deno.renameSync(other, ground.path);
  Deno.writeFileSync(`${ground.path}/a`, bytes(1), { mode: 0o600 });
  assertEquals(await ground.kept.read("a"), undefined);
  assertEquals(await ground.kept.write("b", [bytes(1)]), false);
  assertEquals(ground.names(), ["a"]);
});

Deno.test("KeptFolder shows whole files only, also when two write at once", async () => {
  using ground = new Ground({ fileBytes: 2 ** 20, totalBytes: 2 ** 24 });
  const second = new KeptFolder(ground.directory, {
    ...LIMITS,
    fileBytes: 2 ** 20,
    totalBytes: 2 ** 24,
  });
  let isDone = false;
  const writing = Promise.all([ground.kept, second].map(async (kept, value) => {
    for (let i = 0; i < 20; i++) {
      await kept.write("a", [bytes(2 ** 19, value), bytes(2 ** 19, value)]);
    }
  })).finally(() => isDone = true);
  while (!isDone) {
    const read = await second.read("a");
    if (!read) continue;
    assertEquals(read.length, 2 ** 20);
    assert(read.every((byte) => byte === read[0]));
  }
  await writing;
  second.release();
  assertEquals(ground.names(), ["a"]);
});
