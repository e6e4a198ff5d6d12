import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  decodeErrorRecord,
  encodeErrorRecord,
  type ErrorRecord,
  toGuestError,
} from "../../src/channel/error_record.ts";
import { ExecutionFailed, MemoryLimitExceeded } from "../../src/errors.ts";

Deno.test("decodeErrorRecord reads what encodeErrorRecord wrote", () => {
  const records: ErrorRecord[] = [
    { kind: "ExecutionFailed", message: "trapped" },
    { kind: "MemoryLimitExceeded", message: "grew" },
    { kind: "FuelExhausted" },
    { kind: "Stopped" },
  ];
  for (const record of records) {
    assertEquals(decodeErrorRecord(encodeErrorRecord(record)), record);
  }
});

Deno.test("decodeErrorRecord refuses what is no record", () => {
  const bad = [
    "",
    "null",
    "1",
    "[]",
    "{}",
    '{"kind":"Other"}',
    '{"kind":"ExecutionFailed"}',
  ];
  for (const text of bad) {
    assertEquals(decodeErrorRecord(new TextEncoder().encode(text)), undefined);
  }
  assertEquals(decodeErrorRecord(new Uint8Array([0xff])), undefined);
});

Deno.test("toGuestError makes the class with its fields", () => {
  const failed = toGuestError({ kind: "ExecutionFailed", message: "m" }, 5);
  assertInstanceOf(failed, ExecutionFailed);
  const memory = toGuestError({ kind: "MemoryLimitExceeded", message: "m" }, 5);
  assertInstanceOf(memory, MemoryLimitExceeded);
  assertEquals([memory.message, memory.limitBytes], ["m", 5]);
});
