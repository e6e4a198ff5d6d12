import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { checkListable, readNames } from "../../../src/fs/host/host_listing.ts";
import { Ground, Guest } from "../../imports/wasi/guest.ts";

describe("checkListable", () => {
  it("fails for a directory that says it is large", () => {
    const directory = {
      dev: 1,
      ino: 1,
      filetype: "directory",
      nlink: 2,
      atim: 0n,
      mtim: 0n,
      ctim: 0n,
    } as const;
    checkListable({ ...directory, size: 4 * 2 ** 20 });
    assertThrows(
      () => checkListable({ ...directory, size: 32 * 2 ** 20 }),
      Error,
      "EOVERFLOW",
    );
  });
});

describe("readNames", () => {
  it("fails when there are more names than it may answer", () => {
    using ground = new Ground();
    for (let i = 0; i < 10; i++) Deno.mkdirSync(`${ground.inside}/${i}`);
    assertEquals(readNames(ground.inside, 10).length, 10);
    assertThrows(() => readNames(ground.inside, 9), Error, "EOVERFLOW");
  });

  it("answers every name of a directory that is large but not too large", () => {
    using ground = new Ground();
    const names = Array.from(
      { length: 3000 },
      (_, i) => `${i}`.padStart(5, "0"),
    );
    for (const name of names) Deno.mkdirSync(`${ground.inside}/${name}`);
    const read = readNames(ground.inside).map(({ name }) => name).sort();
    assertEquals(read, names);
    using guest = Guest.on(ground.inside, true, ground.anchor());
    assertEquals(guest.names("."), [".", "..", ...names]);
  });
});
