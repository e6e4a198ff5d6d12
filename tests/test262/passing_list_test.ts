import { assert, assertEquals } from "@std/assert";
import { draw } from "./draw.ts";
import { byFolder, idsOf, readPassing } from "./passing_list.ts";

Deno.test("The record of test262 has 5,000 tests of every part of the language", () => {
  const { commit, all, reference, passing, failing } = readPassing();
  assert(/^[0-9a-f]{40}$/.test(commit));
  const ids = idsOf(passing);
  assert(ids.length >= 5_000, `${ids.length} tests`);
  assertEquals(new Set(ids).size, ids.length);
  for (const id of ids) {
    assert(/^(language|built-ins)\/.+\.js(#strict)?$/.test(id), id);
  }
  assert(ids.length < reference && reference <= all);
  // What does not pass is little, and not listed as passing.
  const failed = Object.keys(failing);
  assert(failed.length < ids.length / 50);
  assertEquals(failed.filter((id) => ids.includes(id)), []);
  for (
    const part of [
      "built-ins/RegExp",
      "built-ins/Promise",
      "built-ins/Proxy",
      "language/expressions",
      "language/statements",
      "language/eval-code",
    ]
  ) assert(ids.some((id) => id.startsWith(`${part}/`)), part);
});

Deno.test("A drawing has its share of every folder, and is always the same", () => {
  const ids = ["a", "b", "c"].flatMap((folder, size) =>
    Array.from({ length: 10 ** size }, (_, i) => `${folder}/${i}.js`)
  );
  const drawn = draw(ids, 37);
  assertEquals(drawn, draw(ids.toReversed(), 37));
  const counts = Object.entries(byFolder(drawn)).map(([, { length }]) =>
    length
  );
  assertEquals(counts, [1, 3, 33]);
});
