import { assertEquals, assertThrows } from "@std/assert";
import { SandboxConfig } from "../../mod.ts";
import { sandboxConfig } from "../../src/cli/sandbox_flags.ts";
import { UsageError } from "../../src/cli/usage_error.ts";

const noVariables = () => undefined;

Deno.test("sandboxConfig has the defaults of the library without flags", () => {
  const config = sandboxConfig(new Map(), noVariables);
  const defaults = SandboxConfig.builder().build();
  assertEquals(config.maxMemoryBytes, defaults.maxMemoryBytes);
  assertEquals(config.maxExecutionTime, defaults.maxExecutionTime);
  assertEquals(config.maxFuel, undefined);
  assertEquals(config.allowedPaths, []);
  assertEquals(config.allowNetwork, false);
});

Deno.test("sandboxConfig sets what the flags say", () => {
  const config = sandboxConfig(
    new Map([
      ["max-memory", ["16MiB"]],
      ["max-time", ["2s"]],
      ["max-fuel", ["1_000"]],
      ["dir", ["a::/a", "C:\\x::/x"]],
      ["dir-rw", ["b::/b"]],
      ["workdir", ["/a"]],
      ["cache", ["kept"]],
      ["allow-net", ["a.example:80,[::1]:8080"]],
    ]),
    noVariables,
  );
  assertEquals(config.maxMemoryBytes, 16 * 1024 * 1024);
  assertEquals(config.maxExecutionTime, 2_000);
  assertEquals(config.maxFuel, 1_000n);
  assertEquals(config.workingDirectory, "/a");
  assertEquals(config.cacheDirectory, "kept");
  assertEquals(config.allowedPaths, [
    { guest: "/a", host: "a", write: false },
    { guest: "/x", host: "C:\\x", write: false },
    { guest: "/b", host: "b", write: true },
  ]);
  assertEquals(config.allowNetwork, ["a.example:80", "[::1]:8080"]);
});

Deno.test("sandboxConfig names the flag and the value that is impossible", () => {
  const wrong: [flag: string, value: string, why: string][] = [
    ["max-memory", "12XB", "expected a size"],
    ["max-memory", "1KiB", "expected a whole number from 65536"],
    ["max-time", "0s", "above 0"],
    ["max-fuel", "0", "from 1"],
    ["dir", "../data", "HOST::GUEST"],
    ["dir-rw", "data::data", "is not absolute"],
    ["allow-net", "http://a.example", "give its host"],
  ];
  for (const [flag, value, why] of wrong) {
    const error = assertThrows(
      () => sandboxConfig(new Map([[flag, [value]]]), noVariables),
      UsageError,
      why,
    );
    const start = `Cannot use --${flag} ${JSON.stringify(value)}: `;
    assertEquals(error.message.slice(0, start.length), start);
  }
});

Deno.test("sandboxConfig refuses one guest path twice", () => {
  assertThrows(
    () => sandboxConfig(new Map([["dir", ["a::/x", "b::/x"]]]), noVariables),
    UsageError,
    "is granted already",
  );
});

Deno.test("sandboxConfig takes secrets from the environment", () => {
  const flags = new Map([
    ["secret", [
      "KEY=WEATHER@api.example.com",
      "B=OTHER@b.example,c.example:80",
    ]],
  ]);
  const values: Record<string, string> = {
    WEATHER: "s3cret!",
    OTHER: "0ther!",
  };
  const config = sandboxConfig(flags, (name) => values[name]);
  assertEquals(config.secrets.map(({ name, hosts }) => [name, hosts]), [
    ["KEY", ["api.example.com"]],
    ["B", ["b.example", "c.example:80"]],
  ]);
  assertEquals(Deno.inspect(config).includes("s3cret!"), false);
});

Deno.test("sandboxConfig refuses secrets that are none, and shows no value", () => {
  const wrong: [flag: string, why: string][] = [
    ["KEY", "expected NAME=ENVVAR@HOST"],
    ["KEY=WEATHER", "expected NAME=ENVVAR@HOST"],
    ["=WEATHER@a.example", "expected NAME=ENVVAR@HOST"],
    ["KEY=NONE@a.example", "variable NONE is not set"],
    ["KEY=SHORT@a.example", "KEY"],
    ["KEY=WEATHER@a b", "a b"],
  ];
  const values: Record<string, string> = { WEATHER: "s3cret!", SHORT: "s3c" };
  for (const [flag, why] of wrong) {
    const error = assertThrows(
      () =>
        sandboxConfig(new Map([["secret", [flag]]]), (name) => values[name]),
      UsageError,
      why,
    );
    assertEquals(error.message.includes("s3c"), false, error.message);
  }
});
