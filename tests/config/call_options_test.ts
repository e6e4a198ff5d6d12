import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { SandboxConfig } from "../../mod.ts";
import {
  callLimits,
  type CallOptions,
  callSurroundings,
} from "../../src/config/call_options.ts";

const config = SandboxConfig.builder()
  .maxExecutionTime(1_000)
  .maxMemoryBytes(1 << 20)
  .maxFuel(1_000)
  .memoryDirectory("/m", { "old.txt": "old" }, { maxBytes: 100 })
  .allowedPath("/host", ".")
  .build();

Deno.test("callLimits are the configuration's unless the call says less", () => {
  assertEquals(callLimits({}, config), {
    signal: undefined,
    timeoutMs: 1_000,
    queueMs: undefined,
    maxMemoryBytes: 1 << 20,
    maxFuel: 1_000n,
  });
  const { signal } = new AbortController();
  const options = {
    signal,
    timeout: 5,
    queueTimeout: 7,
    maxMemoryBytes: 65_536,
    maxFuel: 10,
  };
  const limits = callLimits(options, config);
  assertStrictEquals(limits.signal, signal);
  assertEquals({ ...limits, signal: undefined }, {
    signal: undefined,
    timeoutMs: 5,
    queueMs: 7,
    maxMemoryBytes: 65_536,
    maxFuel: 10n,
  });
});

Deno.test("callLimits refuse what is wider than the configuration, or unknown", () => {
  const wrong: [CallOptions, string][] = [
    [{ timeout: 1_001 }, "Cannot set timeout: expected above 0, at most 1000"],
    [{ timeout: 0 }, "Cannot set timeout"],
    [{ timeout: NaN }, "Cannot set timeout"],
    [{ maxFuel: 1_001n }, "from 1 to 1000"],
    [{ maxMemoryBytes: 2 ** 21 }, "from 65536 to 1048576"],
    [{ queueTimeout: -1 }, "Cannot set queueTimeout"],
    [{ signal: {} as AbortSignal }, "expected an AbortSignal"],
    [{ time: 1 } as CallOptions, 'unknown option "time"'],
    [[] as CallOptions, "expected an object"],
  ];
  for (const [options, message] of wrong) {
    assertThrows(() => callLimits(options, config), Error, message);
  }
  const noFuel = SandboxConfig.builder().build();
  assertThrows(
    () => callLimits({ maxFuel: 1 }, noFuel),
    TypeError,
    "the sandbox counts no fuel",
  );
});

Deno.test("callSurroundings add to a directory of the configuration", () => {
  assertEquals(callSurroundings({}, config), undefined);
  const files = { "/m": { "new.txt": "new" }, "/work/": { "a/b": "c" } };
  const surroundings = callSurroundings({ files, args: ["x"] }, config);
  assertEquals(surroundings?.args, ["x"]);
  assertEquals(
    surroundings?.memoryDirectories.map(({ guest, maxBytes, files }) => [
      guest,
      maxBytes,
      Object.keys(files),
    ]),
    [
      ["/m", 100, ["old.txt", "new.txt"]],
      ["/work", 16 * 1024 * 1024, ["a/b"]],
    ],
  );
});

Deno.test("callSurroundings refuse impossible files, arguments and variables", () => {
  const wrong: [CallOptions, string][] = [
    [{ files: { "/host": {} } }, "is a folder of the host"],
    [{ files: { work: {} } }, "Cannot set files"],
    [{ files: { "/w": { "../x": "" } } }, "Cannot set files"],
    [{ files: { "/w": { x: 1 as unknown as string } } }, "Cannot set files"],
    [{ files: { "/m": { x: "x".repeat(101) } } }, "maxBytes is 100"],
    [{ files: { "/w": "x" as never } }, "expected an object"],
    [{ args: "x" as never }, "expected a list"],
    [{ args: ["a\0b"] }, "text without NUL"],
    [{ env: { "A=B": "" } }, "cannot be the name of a variable"],
    [{ env: { A: 1 as unknown as string } }, "text without NUL"],
  ];
  for (const [options, message] of wrong) {
    assertThrows(() => callSurroundings(options, config), Error, message);
  }
});
