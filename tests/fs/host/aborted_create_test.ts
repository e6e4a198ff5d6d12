import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { EntryBudget } from "../../../src/fs/entry_budget.ts";
import { FolderLocks } from "../../../src/fs/host/folder_locks.ts";
import { HeldDirectories } from "../../../src/fs/host/held_directories.ts";
import { HostFileSystem } from "../../../src/fs/host/host_file_system.ts";
import { ExactTimes } from "../../../src/fs/host/host_stat.ts";
import { OpenFiles } from "../../../src/fs/host/open_files.ts";
import { WriteBudget } from "../../../src/fs/write_budget.ts";
import { GuestStopped, StopPage } from "../../../src/stop_page.ts";
import { Ground } from "../../imports/wasi/guest.ts";

const CREATE = { read: true, write: true, create: true, append: false };
/** More checks of the stop word than making a file takes. */
const MOST_CHECKS = 500;

/** Stops at the check of a number, and at none before or after it. */
class StopAt extends StopPage {
  #left: number;

  constructor(checks: number) {
    super();
    this.#left = checks;
  }

  override check(): void {
    if (--this.#left === 0) throw new GuestStopped();
  }
}

/** Lets somebody else act as soon as something was opened. */
class Disturbed extends OpenFiles {
  readonly #act: () => void;

  constructor(act: () => void) {
    super();
    this.#act = act;
  }

  override open(path: string, flags: number): number {
    const fd = super.open(path, flags);
    this.#act();
    return fd;
  }
}

function fileSystem(
  host: string,
  anchor: string | undefined,
  files: OpenFiles,
  stop: StopPage = new StopPage(),
): HostFileSystem {
  const directory = { guest: "/", host, write: true };
  return new HostFileSystem(anchor ? { ...directory, anchor } : directory, {
    budget: new WriteBudget(undefined),
    entries: new EntryBudget(100),
    files,
    times: new ExactTimes(),
    broker: undefined,
    stop,
    locks: new FolderLocks(),
    held: new HeldDirectories(),
  });
}

/** How many descriptors of this process lead below a folder. */
function openBelow(folder: string): number {
  let open = 0;
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      const link = Deno.readLinkSync(`/proc/self/fd/${name}`);
      if (link.startsWith(folder)) open++;
    } catch {
      // The one that the listing itself was read from.
      continue;
    }
  }
  return open;
}

/** Makes a file, stopped at one check after another; answers how many. */
function stopAtEveryCheck(inside: string, anchor: string | undefined): number {
  for (let stops = 0; stops < MOST_CHECKS; stops++) {
    Deno.mkdirSync(`${inside}/d/e`, { recursive: true });
    const files = new OpenFiles();
    const stop = new StopAt(stops + 1);
    const tree = fileSystem(inside, anchor, files, stop);
    try {
      tree.open("d/e/new", CREATE).close();
      return stops;
    } catch (error) {
      if (!(error instanceof GuestStopped)) throw error;
    }
    assertEquals(openBelow(inside), 0);
    assertEquals([...Deno.readDirSync(`${inside}/d/e`)], []);
    assertEquals([...Deno.readDirSync(inside)].length, 1);
    Deno.removeSync(`${inside}/d`, { recursive: true });
  }
  return MOST_CHECKS;
}

describe("HostFileSystem.open that fails while it makes a file", () => {
  it("leaves no file and no descriptor when it is stopped", () => {
    for (const anchored of [false, true]) {
      using ground = new Ground();
      const anchor = anchored ? ground.anchor() : undefined;
      const stops = stopAtEveryCheck(ground.inside, anchor);
      assert(anchored || stops > 2, `stopped ${stops} times`);
    }
  });

  it("closes what was made where the way was changed meanwhile", () => {
    using ground = new Ground();
    const { inside, outside } = ground;
    Deno.mkdirSync(`${inside}/d`);
    const swap = () => {
      Deno.renameSync(`${inside}/d`, `${inside}/away`);
      Deno.symlinkSync(outside, `${inside}/d`);
    };
    const tree = fileSystem(inside, undefined, new Disturbed(swap));
    assertThrows(() => tree.open("d/new", CREATE), Error, "EIO");
    assertEquals(openBelow(inside), 0);
    assertEquals(ground.outsideNow(), { secret: "secret" });
  });

  it("removes what was made outside, and only that", () => {
    using ground = new Ground();
    const { inside, outside } = ground;
    Deno.mkdirSync(`${inside}/d`);
    class LedOut extends OpenFiles {
      override open(path: string, flags: number): number {
        Deno.renameSync(`${inside}/d`, `${inside}/away`);
        Deno.symlinkSync(outside, `${inside}/d`);
        return super.open(path, flags);
      }
    }
    const tree = fileSystem(inside, undefined, new LedOut());
    assertThrows(() => tree.open("d/new", CREATE), Error, "EIO");
    assertEquals(openBelow(outside), 0);
    assertEquals(ground.outsideNow(), { secret: "secret" });
  });
});

describe("OpenFiles", () => {
  it("closes what is open at the end, and nothing twice", () => {
    using ground = new Ground();
    const path = `${ground.outside}/secret`;
    const files = new OpenFiles();
    const [first, second] = [files.open(path, 0), files.open(path, 0)];
    files.close(first);
    const other = Deno.openSync(path);
    files.close(first);
    files.closeAll();
    assertEquals(second !== first, true);
    assertEquals(other.readSync(new Uint8Array(6)), 6);
    other.close();
  });
});
