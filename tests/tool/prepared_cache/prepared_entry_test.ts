import { assert, assertEquals } from "@std/assert";
import { rewriteModule } from "../../../src/prepare/prepare.ts";
import {
  isWhole,
  readEntry,
  writeEntry,
} from "../../../src/tool/prepared_cache/prepared_entry.ts";
import { keptGuest } from "./kept_guest.ts";

const KEY = '["version","hash",1,false]';

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

function prepared() {
  return rewriteModule(keptGuest(1, 1000), {
    maxMemoryBytes: 2 ** 24,
    fuel: false,
  });
}

/** Whether an entry is taken for what is kept under the key. */
async function isTaken(entry: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const read = readEntry(KEY, entry);
  return read !== undefined && await isWhole(entry);
}

Deno.test("readEntry reads what writeEntry wrote", async () => {
  const { bytes, found } = prepared();
  const entry = joined(await writeEntry(KEY, { bytes, found }));
  assertEquals(readEntry(KEY, entry), { bytes: new Uint8Array(bytes), found });
  assert(await isTaken(entry));
  // As a part of something larger, too.
  const part = joined([new Uint8Array(5), entry]).subarray(5);
  assert(await isTaken(part));
  assertEquals(readEntry(`${KEY} `, entry), undefined);
});

Deno.test("No entry is taken that was cut, or of which a bit is another", async () => {
  const entry = joined(await writeEntry(KEY, prepared()));
  for (let length = 0; length < entry.length; length += 7) {
    assert(!await isTaken(entry.slice(0, length)), `of ${length} bytes`);
  }
  assert(!await isTaken(joined([entry, new Uint8Array(1)])), "longer");
  for (let at = 0; at < entry.length; at += 3) {
    const damaged = entry.slice();
    damaged[at]! ^= 1 << (at % 8);
    assert(!await isTaken(damaged), `byte ${at}`);
  }
});

Deno.test("No entry is taken whose description is not one", async () => {
  const { bytes, found } = prepared();
  const [start] = await writeEntry(KEY, { bytes, found });
  const described = (json: string, length = json.length) => {
    const text = new TextEncoder().encode(json);
    const head = new Uint8Array(Uint32Array.of(length).buffer);
    return joined([start!.subarray(0, 40), head, text, bytes]);
  };
  const right = JSON.stringify({ key: KEY, found });
  assert(readEntry(KEY, described(right)));
  const wrong = [
    described(right, 2 ** 32 - 1),
    described(right, right.length + bytes.length + 1),
    described(right + " ".repeat(5000)),
    described("null"),
    described("[]"),
    described(right.slice(1)),
    described(JSON.stringify({ key: KEY })),
    described(JSON.stringify({ key: KEY, found: { ...found, changes: null } })),
    described(
      JSON.stringify({ key: KEY, found: { ...found, operatorFeatures: 1e99 } }),
    ),
    described(
      JSON.stringify({ key: KEY, found: { ...found, hasUsedExport: 1 } }),
    ),
  ];
  for (const [index, entry] of wrong.entries()) {
    assertEquals(readEntry(KEY, entry), undefined, `case ${index}`);
  }
});
