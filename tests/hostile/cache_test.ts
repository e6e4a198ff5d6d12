/**
 * A cache of prepared modules decides what runs: nobody may write to it but the
 * user, and what is in it is looked at as if somebody had.
 */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type LoadProgress,
  PermissionDenied,
  type SandboxOptions,
  TimeoutExceeded,
  ToolSandbox,
} from "../../mod.ts";
import { keptGuest } from "../tool/prepared_cache/kept_guest.ts";
import { Programs } from "../tool/programs.ts";

const OWN = ".cortexai-sandbox-prepared";

/** A folder for a cache, and folders beside it. */
class Ground implements Disposable {
  readonly base = Deno.realPathSync(Deno.makeTempDirSync());
  readonly cache = `${this.base}/cache`;

  constructor() {
    Deno.mkdirSync(`${this.base}/other`);
    Deno.mkdirSync(this.cache, { mode: 0o700 });
  }

  get own(): string {
    return `${this.cache}/${OWN}`;
  }

  /** The files that are kept, by their paths. */
  files(): string[] {
    return [...Deno.readDirSync(this.own)]
      .map(({ name }) => `${this.own}/${name}`).sort();
  }

  /** Loads a module as another process would; whether it was prepared. */
  async prepares(
    bytes: Uint8Array<ArrayBuffer>,
    answer: number,
    options: SandboxOptions = {},
  ): Promise<boolean> {
    const phases = new Set<LoadProgress["phase"]>();
    await using sandbox = new ToolSandbox({
      cacheDirectory: this.cache,
      ...options,
    });
    const module = await sandbox.loadModule(bytes, {
      onProgress: ({ phase }) => phases.add(phase),
    });
    assertEquals(await sandbox.execute(module, "answer", []), [answer]);
    assert(phases.has("compiling"));
    return phases.has("preparing");
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.base, { recursive: true });
  }
}

/** Large enough to say that it is prepared. */
const guest = (answer: number) => keptGuest(answer, 300_000);

function refusal(options: SandboxOptions): Error {
  return assertThrows(() => new ToolSandbox(options), Error);
}

Deno.test("A cache that others may write to is refused", () => {
  using ground = new Ground();
  const cacheDirectory = ground.cache;
  const refused = (why: string) => {
    const error = refusal({ cacheDirectory });
    assert(error instanceof TypeError);
    assert(error.message.includes(why), error.message);
  };
  for (const mode of [0o777, 0o770, 0o702]) {
    Deno.chmodSync(ground.cache, mode);
    refused("others may write in");
  }
  Deno.chmodSync(ground.cache, 0o700);
  Deno.chmodSync(ground.base, 0o777);
  refused("others may write in");
  Deno.chmodSync(ground.base, 0o755);
  Deno.writeTextFileSync(ground.own, "");
  refused("is not a folder");
  Deno.removeSync(ground.own);
  Deno.symlinkSync(`${ground.base}/other`, ground.own);
  refused("is not a folder");
  Deno.removeSync(ground.own);
  for (const mode of [0o755, 0o710, 0o701]) {
    Deno.mkdirSync(ground.own);
    Deno.chmodSync(ground.own, mode);
    refused("other users may access");
    Deno.removeSync(ground.own);
  }
  Deno.mkdirSync(ground.own, { mode: 0o700 });
  if (Deno.uid() === 0) {
    Deno.chownSync(ground.own, 12_345, null);
    refused("belongs to another user");
    Deno.chownSync(ground.own, 0, null);
    Deno.chownSync(ground.cache, 12_345, null);
    refused("is another user's");
    Deno.chownSync(ground.cache, 0, null);
  }
});

Deno.test("A cache that a guest is granted is refused, however it is reached", async () => {
  using ground = new Ground();
  const { base, cache } = ground;
  Deno.symlinkSync(base, `${base}/other/link`);
  const grants = [
    cache,
    base,
    `${base}/other/link/cache`,
    `${base}/other/../cache`,
  ];
  for (const host of grants) {
    for (const more of [{}, { write: true }, { overlay: true }]) {
      const error = refusal({
        cacheDirectory: cache,
        allowedPaths: { "/x": { host, ...more } },
      });
      assert(error instanceof PermissionDenied, `${host}: ${error.message}`);
    }
  }
  // Through a link to the cache, too, and where another sandbox has granted it.
  Deno.symlinkSync(cache, `${base}/other/cache`);
  const linked = `${base}/other/cache`;
  const allowedPaths = { "/x": { host: cache, write: true } };
  assert(
    refusal({ cacheDirectory: linked, allowedPaths }) instanceof
      PermissionDenied,
  );
  {
    await using _granting = new ToolSandbox({ allowedPaths });
    const error = refusal({ cacheDirectory: linked });
    assert(error instanceof PermissionDenied, error.message);
  }
  // What was refused holds nothing, and what is beside it may be granted.
  await using _beside = new ToolSandbox({
    cacheDirectory: linked,
    allowedPaths: { "/x": `${base}/other`, "/y": { host: base + "/other" } },
  });
});

Deno.test("A guest that is granted the folder of a cache later can't touch it", async () => {
  using ground = new Ground();
  assert(await ground.prepares(guest(1), 1));
  const [file = ""] = ground.files();
  const before = Deno.readFileSync(file);
  const name = file.slice(ground.cache.length);
  const attempts = async () => {
    await using later = new Programs((builder) =>
      builder.allowedPath("/p", ground.base, { write: true })
        .allowedPath("/c", ground.cache, { write: true })
    );
    const paths = [
      `/p/cache${name}`,
      `/c${name}`,
      `/c/${OWN}/new`,
      `/c/${OWN}`,
    ];
    const actions = ["read", "write", "create", "remove", "rename", "link"];
    for (const path of paths) {
      for (const action of actions) {
        const { stdout } = await later.run("wasi/escape", {
          args: [action, path, "/p/other/new"],
        });
        assert(stdout.startsWith("error "), `${action} ${path}: ${stdout}`);
      }
    }
  };
  // Its name alone keeps guests away, as in another process.
  await attempts();
  {
    await using _using = new ToolSandbox({ cacheDirectory: ground.cache });
    await attempts();
    const granted = refusal({ allowedPaths: { "/own": ground.own } });
    assert(granted instanceof PermissionDenied, granted.message);
  }
  assertEquals(ground.files(), [file]);
  assertEquals(Deno.readFileSync(file), before);
});

Deno.test("A kept module is used for its very bytes and options only", async () => {
  using ground = new Ground();
  assert(await ground.prepares(guest(1), 1));
  assert(!await ground.prepares(guest(1), 1));
  assert(await ground.prepares(guest(2), 2));
  assert(await ground.prepares(guest(1), 1, { maxFuel: 1000 }));
  assert(await ground.prepares(guest(1), 1, { maxMemoryBytes: 2 ** 20 }));
  assertEquals(ground.files().length, 4);
  for (const answer of [1, 2]) {
    assert(!await ground.prepares(guest(answer), answer));
  }
  assert(!await ground.prepares(guest(1), 1, { maxFuel: 1000 }));
});

Deno.test("A file that is another's, damaged, or not ours alone is not used", async () => {
  using ground = new Ground();
  assert(await ground.prepares(guest(1), 1));
  const [first = ""] = ground.files();
  assert(await ground.prepares(guest(2), 2));
  const second = ground.files().find((file) => file !== first)!;
  const sound = Deno.readFileSync(first);
  const put = (bytes: Uint8Array, mode = 0o600) => {
    Deno.removeSync(first);
    Deno.writeFileSync(first, bytes, { mode });
    Deno.chmodSync(first, mode);
  };
  const flipped = sound.slice();
  flipped[flipped.length - 10]! ^= 1;
  const hostile: Record<string, () => void> = {
    "another's": () => put(Deno.readFileSync(second)),
    empty: () => put(new Uint8Array()),
    cut: () => put(sound.subarray(0, sound.length / 2)),
    longer: () => put(new Uint8Array([...sound, 0])),
    "a bit is another": () => put(flipped),
    "the module itself": () => put(guest(3)),
    "readable for others": () => put(sound, 0o644),
    "writable for others": () => put(sound, 0o666),
    "with a second name": () => {
      put(sound);
      Deno.linkSync(first, `${ground.base}/other/second`);
    },
    "a link": () => {
      Deno.renameSync(first, `${ground.base}/other/elsewhere`);
      Deno.symlinkSync(`${ground.base}/other/elsewhere`, first);
    },
    "a folder": () => {
      Deno.removeSync(first);
      Deno.mkdirSync(`${first}/x`, { recursive: true });
    },
    "a pipe": () => {
      Deno.removeSync(first, { recursive: true });
      const { success } = new Deno.Command("mkfifo", { args: [first] })
        .outputSync();
      assert(success);
    },
    ...Deno.uid() === 0 && {
      "another user's": () => {
        put(sound);
        Deno.chownSync(first, 12_345, null);
      },
    },
  };
  for (const [what, make] of Object.entries(hostile)) {
    make();
    assert(await ground.prepares(guest(1), 1), `${what} was used`);
  }
  put(sound);
  assert(!await ground.prepares(guest(1), 1), "a sound one was not used");
});

Deno.test("Where a cache can't be written, modules load all the same", async () => {
  using ground = new Ground();
  await using sandbox = new ToolSandbox({ cacheDirectory: ground.cache });
  Deno.removeSync(ground.own);
  const module = await sandbox.loadModule(guest(1));
  assertEquals(await sandbox.execute(module, "answer", []), [1]);
});

Deno.test("What was kept is stopped and limited as what was prepared", async () => {
  using ground = new Ground();
  assert(await ground.prepares(guest(1), 1, { maxMemoryBytes: 131_072 }));
  await using sandbox = new ToolSandbox({
    cacheDirectory: ground.cache,
    maxMemoryBytes: 131_072,
    maxExecutionTime: 100,
  });
  const phases = new Set<string>();
  const module = await sandbox.loadModule(guest(1), {
    onProgress: ({ phase }) => phases.add(phase),
  });
  assert(!phases.has("preparing"));
  await assertRejects(
    () => sandbox.execute(module, "spin", []),
    TimeoutExceeded,
  );
  assertEquals(await sandbox.execute(module, "grow", []), [-1]);
});
