import { assert, assertEquals, assertThrows } from "@std/assert";
import { SandboxConfig } from "../../src/config/sandbox_config.ts";

const build = () => SandboxConfig.builder();

Deno.test("memoryDirectory copies and freezes what it is given", () => {
  const bytes = new Uint8Array([1]);
  const config = build()
    .memoryDirectory("/scratch/", { "a/b.bin": bytes, "c.txt": "é" }, {
      maxBytes: 100,
    })
    .build();
  bytes[0] = 9;
  const [directory] = config.memoryDirectories;
  assertEquals(directory, {
    guest: "/scratch",
    files: {
      "a/b.bin": new Uint8Array([1]),
      "c.txt": new Uint8Array([0xc3, 0xa9]),
    },
    maxBytes: 100,
  });
  assert(Object.isFrozen(directory) && Object.isFrozen(directory?.files));
});

Deno.test("memoryDirectory refuses impossible paths, contents and sizes", () => {
  // deno-lint-ignore no-explicit-any
  const wrong = (value: unknown) => value as any;
  const cases: (() => unknown)[] = [
    () => build().memoryDirectory("scratch"),
    () => build().memoryDirectory("/a/../b"),
    () => build().memoryDirectory("/s", { "../x": "" }),
    () => build().memoryDirectory("/s", { "/x": "" }),
    () => build().memoryDirectory("/s", { "a//b": "" }),
    () => build().memoryDirectory("/s", { "a\0": "" }),
    () => build().memoryDirectory("/s", { "a": wrong(1) }),
    () => build().memoryDirectory("/s", { "a": "four" }, { maxBytes: 3 }),
    () => build().memoryDirectory("/s", {}, wrong({ max: 3 })),
    () => build().allowedPath("/s", "x").memoryDirectory("/s"),
    () => build().memoryDirectory("/s").allowedPath("/s", "x"),
  ];
  for (const act of cases) assertThrows(act, TypeError, "Cannot set");
  for (const maxBytes of [-1, 1.5, NaN, Infinity]) {
    assertThrows(
      () => build().memoryDirectory("/s", {}, { maxBytes }),
      RangeError,
      "maxBytes",
    );
  }
});
