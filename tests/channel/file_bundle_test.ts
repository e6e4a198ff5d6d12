import { assertEquals } from "@std/assert";
import {
  bundledRemovals,
  decodeFileBundle,
  decodeGuestFiles,
  encodeFileBundle,
  takeRemovals,
} from "../../src/channel/file_bundle.ts";

const bytes = (...values: number[]) => new Uint8Array(values);

function plain(files: ReturnType<typeof decodeFileBundle>) {
  return files && Object.entries(files)
    .map(([directory, inside]) => [directory, Object.entries(inside)]);
}

Deno.test("decodeFileBundle reads what encodeFileBundle wrote", () => {
  const files = {
    "/scratch": { "a.txt": bytes(1, 2), "sub/b": bytes(), "ü": bytes(3) },
    "/out": { "__proto__x": bytes(4) },
  };
  const read = decodeFileBundle(encodeFileBundle(files));
  assertEquals(plain(read), [
    ["/scratch", [["a.txt", bytes(1, 2)], ["sub/b", bytes()], ["ü", bytes(3)]]],
    ["/out", [["__proto__x", bytes(4)]]],
  ]);
});

Deno.test("takeRemovals takes out what bundledRemovals put in, and nothing else", () => {
  const files = { "/a": { "removed:": bytes(1) } };
  const paths = ["/a/x", "/a/__proto__", "__proto__"];
  const bundle = encodeFileBundle({ ...files, ...bundledRemovals(paths) });
  const read = decodeFileBundle(bundle)!;
  assertEquals(takeRemovals(read), paths);
  assertEquals(plain(read), [["/a", [["removed:", bytes(1)]]]]);
  assertEquals(takeRemovals(read), []);
});

Deno.test("decodeFileBundle takes __proto__ as a path like any other", () => {
  const index = new TextEncoder().encode('[["__proto__","__proto__",1]]');
  const bundle = new Uint8Array([index.length, 0, 0, 0, ...index, 9]);
  assertEquals(plain(decodeFileBundle(bundle)), [
    ["__proto__", [["__proto__", bytes(9)]]],
  ]);
  assertEquals(({} as Record<string, unknown>)["__proto__x"], undefined);
});

Deno.test("decodeFileBundle refuses what is no bundle", async () => {
  const withIndex = (index: string, contents: number[] = []) => {
    const encoded = new TextEncoder().encode(index);
    return new Uint8Array([encoded.length, 0, 0, 0, ...encoded, ...contents]);
  };
  const bad = [
    bytes(),
    bytes(1, 0, 0),
    bytes(255, 255, 255, 255),
    withIndex("{"),
    withIndex("{}"),
    withIndex('[["a","b"]]'),
    withIndex('[["a","b",-1]]'),
    withIndex('[["a","b",1.5]]', [1, 2]),
    withIndex('[["a","b",2]]', [1]),
    withIndex('[["a",1,0]]'),
  ];
  for (const bundle of bad) {
    assertEquals(decodeFileBundle(bundle), undefined);
    assertEquals(await decodeGuestFiles(bundle), undefined);
  }
});

Deno.test("decodeGuestFiles reads what decodeFileBundle reads, also if it is much", async () => {
  const many = Object.fromEntries(
    Array.from(
      { length: 5000 },
      (_, i) => [`folder/file number ${i}`, bytes(i)],
    ),
  );
  const long = new Uint8Array(3_000_000).map((_, index) => index * 7);
  for (
    const files of [{}, { "/a": { "__proto__x": bytes(1) } }, {
      "/many": many,
      "/long": { long, empty: bytes() },
    }]
  ) {
    const bundle = encodeFileBundle(files);
    assertEquals(await decodeGuestFiles(bundle), decodeFileBundle(bundle));
  }
});
