import { assert, assertEquals, assertGreater } from "@std/assert";
import {
  Ground,
  Guest,
  LIST,
  READ_WRITE,
  ROOT,
} from "../../imports/wasi/guest.ts";
import { withSwaps } from "./swapping.ts";

const CREAT = 1;
const TRUNC = 8;
const SECONDS = 2;

function prepare(ground: Ground): void {
  Deno.mkdirSync(`${ground.inside}/d`);
  Deno.writeTextFileSync(`${ground.inside}/d/secret`, "inside");
  Deno.writeTextFileSync(`${ground.outside}/only`, "only outside");
  Deno.symlinkSync(ground.outside, `${ground.inside}/link`);
}

/** What a guest may never get to see, tried over and over. */
function look(guest: Guest): void {
  const text = guest.readFile("d/secret");
  assert(
    typeof text === "number" || text === "inside" || text === "",
    `${text}`,
  );
  assert(guest.stat("d/only") !== 0);
  const names = guest.names("d");
  assert(typeof names === "number" || !names.includes("only"));
}

/** Like `look`, for what changes a file that is there. */
function overwrite(guest: Guest): void {
  const { errno, fd } = guest.open("d/secret", {
    rights: READ_WRITE,
    oflags: TRUNC,
  });
  if (errno !== 0) return;
  guest.write(fd, "inside");
  guest.call("fd_close", fd);
}

function names(error: unknown): unknown {
  // A listing may fail in the middle of a swap; that is no leak.
  if (error instanceof Error && error.message.startsWith("errno")) return;
  throw error;
}

Deno.test("a guarded guest reads, lists and overwrites nothing outside while names are swapped", async () => {
  using ground = new Ground();
  prepare(ground);
  const before = ground.outsideNow();
  using guest = Guest.on(ground.inside);
  const swaps = await withSwaps(ground, () => {
    const end = Date.now() + SECONDS * 1000;
    while (Date.now() < end) {
      try {
        look(guest);
        overwrite(guest);
      } catch (error) {
        names(error);
      }
    }
  });
  assertGreater(swaps, 1000);
  assertEquals(ground.outsideNow(), before);
});

Deno.test("an anchored guest neither sees nor changes anything outside while names are swapped", async () => {
  using ground = new Ground();
  prepare(ground);
  const before = ground.outsideNow();
  const anchor = ground.anchor();
  assert(anchor !== undefined);
  using guest = Guest.on(ground.inside, true, anchor);
  let made = 0;
  const swaps = await withSwaps(ground, () => {
    const end = Date.now() + SECONDS * 1000;
    for (let i = 0; Date.now() < end; i++) {
      try {
        look(guest);
        overwrite(guest);
      } catch (error) {
        names(error);
      }
      made += change(guest, i);
    }
  });
  assertGreater(swaps, 1000);
  assertGreater(made, 0);
  assertEquals(ground.outsideNow(), before);
});

/** Makes, renames and removes; how many of the first came about. */
function change(guest: Guest, i: number): number {
  const { errno, fd } = guest.open(`d/n${i}`, { rights: LIST, oflags: CREAT });
  if (errno === 0) guest.call("fd_close", fd);
  guest.at("path_create_directory", `d/d${i}`);
  guest.rename(`d/n${i}`, `d/r${i}`);
  guest.rename("d/only", "stolen");
  guest.link("d/only", "stolen");
  guest.at("path_unlink_file", "d/only");
  guest.at("path_unlink_file", `d/r${i}`);
  guest.at("path_remove_directory", `d/d${i}`);
  const path = guest.path("d/only");
  guest.call("path_filestat_set_times", ROOT, 0, ...path, 0n, 0n, 5);
  return errno === 0 ? 1 : 0;
}
