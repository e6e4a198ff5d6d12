import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { SandboxConfig } from "../../src/config/sandbox_config.ts";

const MIB = 1024 * 1024;

describe("SandboxConfig", () => {
  it("has the defaults of the Rust original", () => {
    const config = SandboxConfig.builder().build();
    assertEquals(config.maxMemoryBytes, 64 * MIB);
    assertEquals(config.maxExecutionTime, 30_000);
    assertEquals(config.allowedPaths, []);
    assertEquals(config.allowNetwork, false);
    assertEquals(config.maxFuel, undefined);
    assertEquals(config.maxResultBytes, 16 * MIB);
    assertEquals(config.maxEntries, 65_536);
  });

  it("reads back what was set", () => {
    const config = SandboxConfig.builder()
      .maxMemoryBytes(MIB)
      .maxExecutionTime(0.5)
      .allowedPath("/data", "./data")
      .allowedPath("/out/", "/tmp/out", { write: true })
      .allowNetwork(["api.example.com"])
      .maxFuel(1000)
      .maxWorkers(3)
      .maxQueuedCalls(0)
      .maxEntries(7)
      .build();
    assertEquals(config.maxEntries, 7);
    assertEquals(config.maxMemoryBytes, MIB);
    assertEquals(config.maxExecutionTime, 0.5);
    assertEquals(config.allowedPaths, [
      { guest: "/data", host: "./data", write: false },
      { guest: "/out", host: "/tmp/out", write: true },
    ]);
    assertEquals(config.allowNetwork, ["api.example.com"]);
    assertEquals(config.maxFuel, 1000n);
    assertEquals(config.maxWorkers, 3);
    assertEquals(config.maxQueuedCalls, 0);
  });

  it("is frozen, with everything in it", () => {
    const hosts = ["a.example"];
    const config = SandboxConfig.builder()
      .allowedPath("/data", "data")
      .allowNetwork(hosts)
      .build();
    assert(Object.isFrozen(config));
    assert(Object.isFrozen(config.allowedPaths));
    assert(Object.isFrozen(config.allowedPaths[0]));
    assert(Object.isFrozen(config.allowNetwork));
    hosts.push("b.example");
    assertEquals(config.allowNetwork, ["a.example"]);
  });

  it("is not changed by its builder afterwards", () => {
    const builder = SandboxConfig.builder().allowedPath("/a", "a");
    const config = builder.build();
    builder.allowedPath("/b", "b").maxExecutionTime(1);
    assertEquals(config.allowedPaths.length, 1);
    assertEquals(config.maxExecutionTime, 30_000);
  });
});

describe("SandboxConfigBuilder refuses", () => {
  const builder = () => SandboxConfig.builder();
  // deno-lint-ignore no-explicit-any
  const wrong = (value: unknown) => value as any;

  function refuses(option: string, value: unknown, act: () => unknown) {
    const error = assertThrows(act, Error);
    assert(error instanceof RangeError || error instanceof TypeError);
    assertStringIncludes(error.message, option);
    const shown = typeof value === "string"
      ? JSON.stringify(value)
      : String(value);
    assertStringIncludes(error.message, shown);
  }

  it("impossible memory limits", () => {
    for (const value of [-1, 0, NaN, Infinity, 65_535, 1.5 * MIB + 0.5, "1"]) {
      refuses(
        "maxMemoryBytes",
        value,
        () => builder().maxMemoryBytes(wrong(value)),
      );
    }
    assertEquals(
      builder().maxMemoryBytes(65_536).build().maxMemoryBytes,
      65_536,
    );
  });

  it("impossible times", () => {
    for (const value of [-1, 0, NaN, Infinity, 2 ** 31, "30s"]) {
      refuses(
        "maxExecutionTime",
        value,
        () => builder().maxExecutionTime(wrong(value)),
      );
    }
  });

  it("impossible fuel", () => {
    for (const value of [-1, 0, NaN, 1.5, 0n, -1n, 2n ** 63n, "1", undefined]) {
      refuses("maxFuel", value, () => builder().maxFuel(wrong(value)));
    }
    assertEquals(
      builder().maxFuel(2n ** 63n - 1n).build().maxFuel,
      2n ** 63n - 1n,
    );
  });

  it("guest paths that are relative or go up", () => {
    for (
      const guest of ["", "data", "./data", "../x", "/a/../b", "/a/./b", "/a\0"]
    ) {
      refuses(
        "allowedPath",
        guest,
        () => builder().allowedPath(guest, "/tmp"),
      );
    }
  });

  it("a guest path that is granted already, in any spelling", () => {
    const once = builder().allowedPath("/data", "a");
    refuses("allowedPath", "/data", () => once.allowedPath("/data/", "b"));
  });

  it("host paths that are none", () => {
    for (const host of ["", "a\0b", "https://example.com/", 3]) {
      const value = host === "https://example.com/" ? new URL(host) : host;
      refuses(
        "allowedPath",
        value,
        () => builder().allowedPath("/x", wrong(value)),
      );
    }
  });

  it("unknown and wrong options of a path", () => {
    refuses(
      "allowedPath",
      "readonly",
      () => builder().allowedPath("/x", "x", wrong({ readonly: true })),
    );
    refuses(
      "allowedPath",
      "yes",
      () => builder().allowedPath("/x", "x", wrong({ write: "yes" })),
    );
  });

  it("network grants that are no hosts", () => {
    for (const value of [1, "example.com", null]) {
      refuses(
        "allowNetwork",
        value,
        () => builder().allowNetwork(wrong(value)),
      );
    }
    refuses("allowNetwork", 5, () => builder().allowNetwork(wrong(["a", 5])));
    refuses("allowNetwork", "a b", () => builder().allowNetwork(["a b"]));
  });

  it("impossible counts", () => {
    for (const value of [-1, NaN, 1.5]) {
      refuses("maxWorkers", value, () => builder().maxWorkers(value));
      refuses("maxQueuedCalls", value, () => builder().maxQueuedCalls(value));
      refuses("maxResultBytes", value, () => builder().maxResultBytes(value));
      refuses("maxEntries", value, () => builder().maxEntries(value));
    }
    refuses("maxWorkers", 0, () => builder().maxWorkers(0));
  });
});

Deno.test("SandboxConfigBuilder.cacheDirectory takes a path or a file URL", () => {
  const set = (host: unknown) =>
    SandboxConfig.builder().cacheDirectory(host as string).build()
      .cacheDirectory;
  assertEquals(SandboxConfig.builder().build().cacheDirectory, undefined);
  assertEquals(set("cache"), "cache");
  assertEquals(set(new URL("file:///var/cache/x")), "/var/cache/x");
  for (const wrong of ["", "a\0b", 1, null, new URL("http://a.example/")]) {
    assertThrows(() => set(wrong), TypeError, "Cannot set cacheDirectory");
  }
});
