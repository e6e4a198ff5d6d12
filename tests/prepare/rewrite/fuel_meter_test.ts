import { assert, assertEquals, assertThrows } from "@std/assert";
import { CompilationFailed } from "../../../src/errors.ts";
import { type GuestRun, runGuest } from "../guest_run.ts";
import { ModuleBuilder } from "../module_builder.ts";

function counter(guest: GuestRun): WebAssembly.Global {
  return guest.exports[guest.info.fuelExport!] as unknown as WebAssembly.Global;
}

/** Runs `f` with a budget; answers what it consumed, and whether it trapped. */
function spend(module: ModuleBuilder, budget: bigint, ...args: unknown[]) {
  const guest = runGuest(module.build(), {}, { fuel: true });
  counter(guest).value = -budget;
  let trapped = false;
  try {
    guest.exports.f!(...args);
  } catch (error) {
    assert(error instanceof WebAssembly.RuntimeError);
    trapped = true;
  }
  const value = counter(guest).value as bigint;
  return { consumed: value + budget, usedUp: value >= 0n, trapped };
}

function spinning(): ModuleBuilder {
  const module = new ModuleBuilder();
  module.func(module.type([]), "loop void br 0 end");
  return module.export("f", "function", 0);
}

Deno.test("FuelMeter stops a loop one stretch after the limit", () => {
  const { consumed, usedUp, trapped } = spend(spinning(), 1000n);
  assert(trapped && usedUp);
  assertEquals(consumed, 1000n);
});

Deno.test("FuelMeter stops a recursion at a function's entry", () => {
  const module = new ModuleBuilder();
  module.func(module.type([]), "return_call 0").export("f", "function", 0);
  const { consumed, usedUp } = spend(module, 999n);
  assert(usedUp);
  assert(consumed >= 999n && consumed < 1002n, `${consumed}`);
});

Deno.test("FuelMeter's trap can't be caught", () => {
  const module = new ModuleBuilder();
  const type = module.type([]);
  module.func(type, "loop void br 0 end")
    .func(type, "loop void try void call 0 catch_all end br 0 end")
    .export("f", "function", 1);
  const { usedUp, trapped } = spend(module, 5000n);
  assert(usedUp && trapped);
});

Deno.test("FuelMeter counts what a callee spent before it threw", () => {
  const module = new ModuleBuilder();
  const type = module.type([]);
  const count = "local.get 0 i32.const 1 i32.add local.tee 0";
  const work = `loop void ${count} i32.const 100 i32.lt_u br_if 0 end`;
  module.tag(type)
    .func(type, `${work} throw 0`, ["i32"])
    .func(type, "try void call 0 catch_all end")
    .export("f", "function", 1);
  const { consumed, trapped } = spend(module, 100_000n);
  assert(!trapped);
  // Two entries, try, call, throw, and 100 rounds of 7.
  assertEquals(consumed, 705n);
});

Deno.test("FuelMeter never wraps around, however much is charged", () => {
  const module = new ModuleBuilder();
  const type = module.type(["i64"]);
  module.memory(1, 1, true).func(
    type,
    "loop void i64.const 0 i32.const 0 local.get 0 memory.fill 0 br 0 end",
  ).export("f", "function", 0);
  for (const length of [2n ** 63n - 1n, -1n, 2n ** 62n]) {
    const { usedUp, trapped } = spend(module, 2n ** 62n, length);
    assert(trapped);
    assert(!usedUp);
  }
  assert(spend(module, 2n ** 40n, 2n ** 63n - 1n).usedUp);
});

Deno.test("FuelMeter counts nothing when it is off", () => {
  const { info } = runGuest(spinning().build());
  assertEquals(info.fuelExport, undefined);
});

Deno.test("FuelMeter's global is not one that the guest can name", () => {
  const module = new ModuleBuilder();
  module.func(module.type([]), "i64.const -1000000 global.set 0")
    .export("f", "function", 0);
  assertThrows(
    () => runGuest(module.build(), {}, { fuel: true }),
    CompilationFailed,
    "names global 0",
  );
});
