import { assertEquals, assertThrows } from "@std/assert";
import {
  Held,
  HeldDirectories,
} from "../../../src/fs/host/held_directories.ts";

Deno.test("HeldDirectories tells every view what is held, and why", () => {
  const held = new HeldDirectories();
  const worker = new HeldDirectories(held.buffer);
  const [one, two] = [{ dev: 1, ino: 2 }, { dev: 2, ino: 1 }];
  assertEquals([worker.reasons(one), worker.hasAnchors], [0, false]);
  held.hold(one, Held.Place);
  held.hold(one, Held.Anchor);
  held.hold(one, Held.Place);
  assertEquals(worker.reasons(one), Held.Place | Held.Anchor);
  assertEquals([worker.reasons(two), worker.hasAnchors], [0, true]);
  held.release(one, Held.Place);
  assertEquals(worker.reasons(one), Held.Place | Held.Anchor);
  held.release(one, Held.Anchor);
  assertEquals([worker.reasons(one), worker.hasAnchors], [Held.Place, false]);
  held.release(one, Held.Place);
  assertEquals(worker.reasons(one), 0);
  held.hold(two, Held.Place);
  assertEquals([worker.reasons(one), worker.reasons(two)], [0, Held.Place]);
});

Deno.test("HeldDirectories tells apart what had an inode before", () => {
  const held = new HeldDirectories();
  const [one, two] = [{ dev: 1, ino: 1 }, { dev: 1, ino: 2 }];
  for (const directory of [one, two]) held.hold(directory, Held.Place);
  for (const directory of [one, two]) held.release(directory, Held.Place);
  for (const directory of [one, two]) held.hold(directory, Held.Anchor);
  assertEquals([held.reasons(one), held.reasons(two)], [2, 2]);
});

Deno.test("HeldDirectories has an end, and room again after it", () => {
  const held = new HeldDirectories();
  const hold = (ino: number) => held.hold({ dev: 1, ino }, Held.Place);
  let most = 0;
  assertThrows(
    () => {
      for (let ino = 1;; ino++) {
        hold(ino);
        most = ino;
      }
    },
    RangeError,
    "directories are held already",
  );
  assertEquals(held.reasons({ dev: 1, ino: most }), Held.Place);
  held.release({ dev: 1, ino: 1 }, Held.Place);
  hold(most + 1);
  assertEquals(held.reasons({ dev: 1, ino: most + 1 }), Held.Place);
});
