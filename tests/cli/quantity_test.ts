import { assertEquals, assertThrows } from "@std/assert";
import {
  parseCount,
  parseDuration,
  parseSize,
} from "../../src/cli/quantity.ts";
import { UsageError } from "../../src/cli/usage_error.ts";

Deno.test("parseSize reads every unit, in any case", () => {
  const sizes = {
    "65536": 65_536,
    "100B": 100,
    "64KiB": 65_536,
    "64MiB": 67_108_864,
    "2GiB": 2_147_483_648,
    "500KB": 500_000,
    "5MB": 5_000_000,
    "1GB": 1_000_000_000,
    "64mib": 67_108_864,
    "64 MiB": 67_108_864,
    "1.5KiB": 1536,
  };
  for (const [text, bytes] of Object.entries(sizes)) {
    assertEquals(parseSize(text), bytes, text);
  }
});

Deno.test("parseSize rounds a part of a byte down", () => {
  assertEquals(parseSize("0.1KiB"), 102);
});

Deno.test("parseSize refuses what is no size", () => {
  for (const text of ["", "MiB", "-1MiB", "1TiB", "1e3", "0x10", "1,5MiB"]) {
    assertThrows(() => parseSize(text), UsageError, "expected a size");
  }
});

Deno.test("parseDuration reads every unit", () => {
  const durations = { "500ms": 500, "30s": 30_000, "2m": 120_000, "0.5s": 500 };
  for (const [text, ms] of Object.entries(durations)) {
    assertEquals(parseDuration(text), ms, text);
  }
});

Deno.test("parseDuration refuses a time without a unit", () => {
  for (const text of ["5", "", "s", "-5s", "1h", "1s2"]) {
    assertThrows(() => parseDuration(text), UsageError, "expected a time");
  }
});

Deno.test("parseCount reads digits, also grouped and beyond 2^53", () => {
  assertEquals(parseCount("1_000_000"), 1_000_000n);
  assertEquals(parseCount("9007199254740993"), 9_007_199_254_740_993n);
});

Deno.test("parseCount refuses what is no whole number", () => {
  for (const text of ["", "1.5", "-1", "1e6", "0x10", " 1", "1_", "_1"]) {
    assertThrows(() => parseCount(text), UsageError, "expected a whole number");
  }
});
