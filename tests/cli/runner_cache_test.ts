/** `--cache` from outside: what is prepared once, and what a cache must be. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startRunner } from "./runner_process.ts";

const TOOL = "fixtures/tools/regex_extract.wasm";

/** A folder that is a cache. */
class Cache implements Disposable {
  readonly base = Deno.realPathSync(Deno.makeTempDirSync());
  readonly folder: string;

  constructor(folder = "cache") {
    this.folder = `${this.base}/${folder}`;
  }

  /** Asks a runner for the tool's schema. */
  async ask(
    permissions = [`--allow-write=${this.folder}`],
  ): Promise<{ code: number; stdout: string; stderr: string }> {
    const args = ["schema", "--cache", this.folder, TOOL];
    const child = startRunner(args, permissions);
    await child.stdin.close();
    const { code, stdout, stderr } = await child.output();
    const [out, error] = [stdout, stderr]
      .map((bytes) => new TextDecoder().decode(bytes));
    return { code, stdout: out!, stderr: error! };
  }

  /** The files that are kept: their names and inodes. */
  files(): string[] {
    const own = `${this.folder}/.cortexai-sandbox-prepared`;
    return [...Deno.readDirSync(own)]
      .map(({ name }) => `${name} ${Deno.lstatSync(`${own}/${name}`).ino}`);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.base, { recursive: true });
  }
}

Deno.test("tool-runner --cache keeps a module for the next process", async () => {
  using cache = new Cache();
  const first = await cache.ask();
  assertEquals([first.code, first.stderr], [0, ""]);
  const kept = cache.files();
  assertEquals(kept.length, 1);
  const second = await cache.ask();
  assertEquals([second.code, second.stdout], [0, first.stdout]);
  // One that was prepared again would be another file.
  assertEquals(cache.files(), kept);
});

Deno.test("tool-runner --cache is one for two processes at once", async () => {
  using cache = new Cache();
  const both = await Promise.all([cache.ask(), cache.ask()]);
  assertEquals(both.map(({ code }) => code), [0, 0]);
  assertEquals(both[0].stdout, both[1].stdout);
  const kept = cache.files();
  assertEquals(kept.length, 1);
  assertEquals((await cache.ask()).code, 0);
  assertEquals(cache.files(), kept);
});

Deno.test("tool-runner --cache says what is wrong with a folder", async () => {
  using cache = new Cache();
  const without = await cache.ask([]);
  assertEquals(without.code, 126);
  assertStringIncludes(without.stderr, `--allow-write=${cache.folder}`);
  Deno.mkdirSync(cache.folder);
  Deno.chmodSync(cache.folder, 0o777);
  const shared = await cache.ask();
  assertEquals(shared.code, 2);
  assertStringIncludes(shared.stderr, "others may write in");
});

Deno.test({
  name: "tool-runner --cache goes on where the disk is full",
  // Only there a small file system can be made.
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0,
  async fn() {
    using cache = new Cache();
    Deno.mkdirSync(cache.folder);
    const run = (command: string, ...args: string[]) =>
      new Deno.Command(command, { args }).outputSync().success;
    const options = ["-o", "size=256k,mode=700"];
    if (!run("mount", "-t", "tmpfs", ...options, "tmpfs", cache.folder)) return;
    try {
      const { code, stdout, stderr } = await cache.ask();
      assertEquals([code, stderr], [0, ""]);
      assert(stdout.length > 0);
      assertEquals(cache.files(), []);
    } finally {
      run("umount", cache.folder);
    }
  },
});
