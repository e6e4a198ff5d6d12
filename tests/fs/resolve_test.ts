import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Errno } from "../../src/imports/wasi/errno.ts";
import { Ground, Guest, randomNumbers } from "../imports/wasi/guest.ts";

const NAMES = ["a", "b", "c", "l", "m"];
const PIECES = [...NAMES, ...NAMES, "..", ".", "", "outside", "inside"];

/** A path of a few pieces, hostile ones among them. */
function randomPath(random: (below: number) => number): string {
  const pieces = Array.from(
    { length: 1 + random(5) },
    () => PIECES[random(PIECES.length)] ?? "",
  );
  return pieces.join("/");
}

/** Fills a directory with directories, files and links to anywhere. */
function plant(root: string, random: (below: number) => number): void {
  for (let i = 0; i < 40; i++) {
    const folder = NAMES.slice(0, random(3)).map(() => NAMES[random(3)]);
    const path = [root, ...folder, NAMES[random(NAMES.length)]].join("/");
    try {
      const kind = random(5);
      if (kind < 2) Deno.mkdirSync(path);
      else if (kind === 2) {
        Deno.writeTextFileSync(path, "x", { createNew: true });
      } else Deno.symlinkSync(randomPath(random) || ".", path);
    } catch {
      // The name is taken, or its folder isn't there: the next one, then.
    }
  }
}

/** Where a path really leads, links followed; `undefined` for nowhere. */
function realPath(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch {
    return undefined;
  }
}

describe("resolve", () => {
  for (const anchored of [false, true]) {
    it(`leads where the host leads, and never outside${anchored ? ", anchored" : ""}`, () => {
      let reached = 0;
      for (let seed = 1; seed <= 6; seed++) {
        using ground = new Ground();
        const random = randomNumbers(seed);
        plant(ground.inside, random);
        using guest = Guest.on(
          ground.inside,
          true,
          anchored ? ground.anchor() : undefined,
        );
        for (let i = 0; i < 150; i++) {
          const path = randomPath(random);
          const errno = guest.stat(path, true);
          const real = realPath(`${ground.inside}/${path}`);
          if (errno === Errno.SUCCESS) {
            reached++;
            assert(real !== undefined, path);
            assert(`${real}/`.startsWith(`${ground.inside}/`), path);
            assertEquals(guest.ino, BigInt(Deno.statSync(real).ino ?? 0), path);
          } else if (errno === Errno.NOENT && path !== "" && real) {
            assert(!`${real}/`.startsWith(`${ground.inside}/`), path);
          }
        }
      }
      assert(reached > 50, `${reached}`);
    });
  }
});
