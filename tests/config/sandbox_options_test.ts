import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { SandboxConfig, type SandboxOptions, ToolSandbox } from "../../mod.ts";
import { toConfig } from "../../src/config/sandbox_options.ts";

Deno.test("toConfig takes plain options for what the builder sets", () => {
  const options: SandboxOptions = {
    maxMemoryBytes: 1 << 20,
    maxExecutionTime: 2_000,
    maxFuel: 1_000,
    maxResultBytes: 10,
    maxWorkers: 1,
    maxQueuedCalls: 2,
    maxSessions: 6,
    maxOutputBytes: 3,
    maxDescriptors: 4,
    maxWriteBytes: 5,
    allowedPaths: {
      "/in": "./in",
      "/out": { host: "./out", write: true },
    },
    memoryDirectories: { "/m": { files: { "a.txt": "hi" }, maxBytes: 9 } },
    allowNetwork: ["api.example.com"],
    networkLimits: { requests: 1 },
    secrets: { KEY: { value: "12345678", hosts: ["api.example.com"] } },
    cacheDirectory: "./cache",
  };
  const built = SandboxConfig.builder()
    .maxMemoryBytes(1 << 20)
    .maxExecutionTime(2_000)
    .maxFuel(1_000)
    .maxResultBytes(10)
    .maxWorkers(1)
    .maxQueuedCalls(2)
    .maxSessions(6)
    .maxOutputBytes(3)
    .maxDescriptors(4)
    .maxWriteBytes(5)
    .allowedPath("/in", "./in")
    .allowedPath("/out", "./out", { write: true })
    .memoryDirectory("/m", { "a.txt": "hi" }, { maxBytes: 9 })
    .allowNetwork(["api.example.com"])
    .networkLimits({ requests: 1 })
    .secret("KEY", "12345678", { hosts: ["api.example.com"] })
    .cacheDirectory("./cache")
    .build();
  assertEquals(toConfig(options), built);
});

Deno.test("toConfig gives a configuration back, and the defaults for nothing", () => {
  const config = SandboxConfig.builder().maxWorkers(1).build();
  assertStrictEquals(toConfig(config), config);
  assertEquals(toConfig(undefined), SandboxConfig.builder().build());
  assertEquals(toConfig({}), SandboxConfig.builder().build());
  const unset = { maxFuel: undefined };
  assertEquals(toConfig(unset), SandboxConfig.builder().build());
});

Deno.test("toConfig refuses what does not exist, with its name", () => {
  const wrong: [unknown, string][] = [
    [{ maxMemory: 1 }, 'unknown option "maxMemory"'],
    [SandboxConfig.builder(), "call its build()"],
    ["64MiB", 'expected an object, got "64MiB"'],
    [null, "expected an object"],
    [{ maxMemoryBytes: "64" }, "Cannot set maxMemoryBytes"],
    [{ allowedPaths: ["/a"] }, "Cannot set allowedPaths"],
    [{ allowedPaths: { "/a": "a", "/b": { host: "b", rw: true } } }, '"rw"'],
    [{ allowedPaths: { a: "a" } }, 'guest path "a" is not absolute'],
    [{ memoryDirectories: { "/m": "x" } }, "expected an object"],
    [{ allowNetwork: ["https://example.com/x"] }, "give its host"],
    [{ secrets: { KEY: "hunter2hunter2" } }, "needs { value, hosts }"],
  ];
  for (const [given, message] of wrong) {
    const error = assertThrows(
      () => new ToolSandbox(given as SandboxOptions),
      Error,
      message,
    );
    assertEquals(error.message.includes("hunter2"), false);
  }
});

Deno.test("allowedPath says what its options are", () => {
  assertThrows(
    () => SandboxConfig.builder().allowedPath("/a", "a", "rw" as never),
    TypeError,
    'options are an object such as { write: true }, got "rw"',
  );
});
