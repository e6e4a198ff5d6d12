import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { rewriteModule } from "../../../src/prepare/prepare.ts";
import {
  cacheKey,
  fileName,
  PreparedCache,
} from "../../../src/tool/prepared_cache/prepared_cache.ts";
import { writeEntry } from "../../../src/tool/prepared_cache/prepared_entry.ts";
import {
  findLikely,
  restoreLikely,
} from "../../../src/tool/prepared_cache/restore_likely.ts";
import { sha256Hex } from "../../../src/tool/sha256.ts";
import { keptGuest } from "./kept_guest.ts";

const OPTIONS = { maxMemoryBytes: 2 ** 24, fuel: false };
type Bytes = Uint8Array<ArrayBuffer>;

/** A cache in a folder of its own. */
class Ground implements AsyncDisposable {
  readonly directory = Deno.makeTempDirSync();
  readonly cache = new PreparedCache(this.directory);

  /** Keeps a module; answers its key. */
  async keep(bytes: Bytes, options = OPTIONS): Promise<string> {
    const key = cacheKey(await sha256Hex(bytes), options);
    const name = await fileName(key, { bytes, options });
    const entry = await writeEntry(key, rewriteModule(bytes, options));
    this.cache.keep(name, entry);
    while (!await this.cache.find(name)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return key;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cache.close();
    Deno.removeSync(this.directory, { recursive: true });
  }
}

Deno.test("PreparedCache tells from a length what may be there", async () => {
  await using ground = new Ground();
  const { cache } = ground;
  const bytes = keptGuest(1);
  const { length } = bytes;
  assert(!await cache.expect(length, OPTIONS));
  const key = await ground.keep(bytes);
  assert(await cache.expect(length, OPTIONS));
  assert(!await cache.expect(length + 1, OPTIONS));
  assert(!await cache.expect(length, { ...OPTIONS, fuel: true }));
  assert(!await cache.expect(length, { ...OPTIONS, maxMemoryBytes: 2 ** 20 }));
  // Read ahead or not, and also where another one is read ahead.
  for (const isAhead of [true, false]) {
    if (isAhead) await cache.expect(length, OPTIONS);
    const likely = await findLikely(bytes, OPTIONS, cache);
    assertEquals(likely?.key, key);
  }
  const other = keptGuest(1);
  other[other.length - 1] = 5;
  await cache.expect(length, OPTIONS);
  assertEquals(await findLikely(other, OPTIONS, cache), undefined);
});

Deno.test("restoreLikely says whose it is, where only the hash could tell", async () => {
  await using ground = new Ground();
  const [first, second] = [keptGuest(1), keptGuest(2)];
  const key = await ground.keep(first);
  for (const bytes of [first, second]) {
    const found = await findLikely(bytes, OPTIONS, ground.cache);
    assert(found);
    const likely = await restoreLikely(bytes, OPTIONS, found);
    assertEquals(likely?.key, key);
  }
  const ofSecond = cacheKey(await sha256Hex(second), OPTIONS);
  assertNotEquals(ofSecond, key);
  assertEquals(await ground.keep(second), ofSecond);
});

Deno.test("restoreLikely takes nothing that is damaged or imports other things", async () => {
  await using ground = new Ground();
  await ground.keep(keptGuest(1));
  const bytes = keptGuest(1);
  const found = await findLikely(bytes, OPTIONS, ground.cache);
  assert(found);
  const { key, kept, entry } = found;
  const damaged = entry.slice();
  damaged[damaged.length - 10]! ^= 1;
  const cases = [
    { key, kept, entry: damaged },
    { key, kept: { ...kept, bytes }, entry },
    { key, kept: { ...kept, bytes: kept.bytes.slice(0, 100) }, entry },
  ];
  for (const [index, one] of cases.entries()) {
    const likely = await restoreLikely(bytes, OPTIONS, one);
    assertEquals(likely, undefined, `case ${index}`);
  }
});
