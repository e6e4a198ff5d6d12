import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Errno } from "../../../src/imports/wasi/errno.ts";
import { parentOf } from "../../../src/fs/file_system.ts";
import { Ground } from "../../imports/wasi/guest.ts";

/** What a worker with these permissions, and no others, can do. */
async function play(
  ground: Ground,
  write: boolean,
  anchor?: string,
): Promise<Record<string, unknown>> {
  Deno.mkdirSync(`${ground.inside}/d`);
  Deno.writeTextFileSync(`${ground.inside}/d/file`, "text");
  Deno.symlinkSync(ground.outside, `${ground.inside}/link`);
  const paths = [ground.inside, ...anchor ? [parentOf(anchor)] : []];
  const worker = new Worker(new URL("./scoped_worker.ts", import.meta.url), {
    type: "module",
    deno: {
      permissions: { read: paths, write: write ? paths : [] },
    },
  });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
      worker.postMessage({
        host: ground.inside,
        write,
        ...anchor && { anchor },
      });
    });
  } finally {
    worker.terminate();
  }
}

const EVERYTHING = {
  read: "text",
  list: [".", "..", "file"],
  open: Errno.SUCCESS,
  outside: Errno.PERM,
  stat: Errno.SUCCESS,
  write: Errno.SUCCESS,
  make: Errno.SUCCESS,
  rename: Errno.SUCCESS,
  link: Errno.SUCCESS,
  times: Errno.SUCCESS,
  unlink: Errno.SUCCESS,
  symlink: Errno.NOTSUP,
};

describe("Wasi in a worker that has only the granted paths", () => {
  it("does everything but make links", async () => {
    using ground = new Ground();
    assertEquals(await play(ground, true), EVERYTHING);
    assertEquals(ground.outsideNow(), { secret: "secret" });
  });

  it("does everything but make links, anchored", async () => {
    using ground = new Ground();
    const anchor = ground.anchor();
    assert(anchor !== undefined);
    assertEquals(await play(ground, true, anchor), EVERYTHING);
    assertEquals(ground.outsideNow(), { secret: "secret" });
  });

  it("reads a read-only directory without any permission to write", async () => {
    using ground = new Ground();
    const answers = await play(ground, false);
    assertEquals(answers, {
      ...EVERYTHING,
      open: Errno.ROFS,
      write: Errno.NOTCAPABLE,
      make: Errno.NOTCAPABLE,
      rename: Errno.NOTCAPABLE,
      link: Errno.NOTCAPABLE,
      times: Errno.NOTCAPABLE,
      unlink: Errno.NOTCAPABLE,
      symlink: Errno.NOTCAPABLE,
    });
  });
});
