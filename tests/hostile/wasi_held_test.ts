import { assertEquals, assertLess } from "@std/assert";
import { Errno } from "../../src/imports/wasi/errno.ts";
import type { HeldReport } from "./wasi_held_process.ts";

/** The process itself takes some 200; what is written each call is 1600. */
const MOST_MIB = 700;
/** More names than are listed: how many, and how long each. */
const NAMES = [101_000, 6] as const;
const LONG_NAMES = [26_000, 255] as const;

async function report(...args: string[]): Promise<HeldReport> {
  const program = new URL("./wasi_held_process.ts", import.meta.url);
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", program.pathname, ...args],
    stderr: "inherit",
  }).output();
  assertEquals(code, 0);
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("Files in memory that were cut or removed take no memory", async () => {
  for (const way of ["cut", "cut by opening", "removed"]) {
    const { ends, mostMib, lostWorkers } = await report(way);
    assertEquals([ends, lostWorkers], [[0, 0, 0, 0], 0], way);
    assertLess(mostMib, MOST_MIB, way);
  }
});

/** Makes too many names: by their number in memory, by their size on a disk. */
async function makeNames(folder: string): Promise<void> {
  const touch = new Deno.Command("xargs", {
    args: ["touch"],
    cwd: folder,
    stdin: "piped",
  }).spawn();
  const isOnDisk = ((await Deno.stat(folder)).blocks ?? 0) > 0;
  const [count, length] = isOnDisk ? LONG_NAMES : NAMES;
  const names = Array.from(
    { length: count },
    (_, i) => `${i}`.padStart(length, "n"),
  );
  await new Blob([names.join("\n")]).stream().pipeTo(touch.stdin);
  assertEquals((await touch.status).code, 0);
}

Deno.test({
  name: "A directory of too many names is not listed, and costs no worker",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      await makeNames(folder);
      const { ends, mostMib, lostWorkers } = await report("list", folder);
      assertEquals(ends, new Array(4).fill(Errno.OVERFLOW));
      assertEquals(lostWorkers, 0);
      assertLess(mostMib, MOST_MIB);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
