import { assert, assertEquals } from "@std/assert";
import { MemoryPressure } from "../../../src/host/pool/memory_pressure.ts";

const MIB = 1024 * 1024;

Deno.test("MemoryPressure asks for a new worker when the process has grown", () => {
  let resident = 100 * MIB;
  const pressure = new MemoryPressure(() => resident);
  for (let call = 0; call < 100; call++) {
    assert(!pressure.isHighAfter(64 * MIB), "it has not grown");
  }
  resident = 400 * MIB;
  assert(pressure.isHighAfter(64 * MIB));
  pressure.settle();
  assert(!pressure.isHighAfter(64 * MIB), "what is left is somebody else's");
});

Deno.test("MemoryPressure does not look for small memories, nor at each call", () => {
  let looks = 0;
  const pressure = new MemoryPressure(() => ++looks);
  const atStart = looks;
  for (let call = 0; call < 1000; call++) pressure.isHighAfter(MIB);
  assertEquals(looks, atStart);
  for (let call = 0; call < 128; call++) pressure.isHighAfter(2 * MIB);
  assertEquals(looks, atStart + 4);
  pressure.isHighAfter(NaN);
  assertEquals(looks, atStart + 4);
});
