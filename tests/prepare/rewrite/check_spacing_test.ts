import { assert, assertEquals } from "@std/assert";
import {
  CheckSpacing,
  FrameKind,
  FUEL_SPACING,
  TIME_SPACING,
} from "../../../src/prepare/rewrite/check_spacing.ts";
import { rewriteModule } from "../../../src/prepare/prepare.ts";
import { MIB } from "../guest_run.ts";
import { ModuleBuilder } from "../module_builder.ts";

function spacing(): CheckSpacing {
  const made = new CheckSpacing({
    countsFuel: false,
    between: 100,
    call: 10,
    ascent: 3,
  });
  made.begin();
  made.enter(FrameKind.Block);
  return made;
}

Deno.test("CheckSpacing adds up what runs in a row", () => {
  const one = spacing();
  one.spend(100, 100);
  assert(!one.isDue);
  one.spend(1, 1);
  assert(one.isDue);
  one.checked();
  one.spend(50, 50);
  for (let call = 0; call < 4; call++) one.call(false);
  assert(!one.isDue && !one.isDueBeforeCall);
  one.call(false);
  assert(one.isDueBeforeCall);
  // A callee that checks leaves less behind than it found.
  one.call(true);
  assert(!one.isDueBeforeCall);
});

Deno.test("CheckSpacing takes the longest path around a check in a block", () => {
  const one = spacing();
  one.spend(60, 60);
  one.enter(FrameKind.Block);
  one.branch(0);
  one.spend(90, 90);
  one.checked();
  one.leave();
  one.spend(50, 50);
  assert(one.isDue);
});

Deno.test("CheckSpacing goes around an if without else, and through either arm", () => {
  const without = spacing();
  without.spend(60, 60);
  without.enter(FrameKind.If);
  without.checked();
  without.leave();
  without.spend(50, 50);
  assert(without.isDue);

  const other = spacing();
  other.enter(FrameKind.If);
  other.spend(90, 90);
  other.nextArm(false);
  other.checked();
  other.leave();
  other.spend(20, 20);
  assert(other.isDue);
});

Deno.test("CheckSpacing comes to a handler from anywhere in its block", () => {
  const legacy = spacing();
  legacy.enter(FrameKind.Block);
  legacy.spend(90, 90);
  legacy.call(false);
  legacy.checked();
  legacy.nextArm(true);
  assert(legacy.isDue === false && legacy.isDueAtReturn);
  legacy.spend(1, 1);
  assert(legacy.isDue);

  const table = spacing();
  table.enter(FrameKind.Block);
  table.handles(0);
  table.enter(FrameKind.Block);
  table.spend(101, 101);
  table.checked();
  table.leave();
  table.endPath();
  table.leave();
  assert(table.isDue);
});

Deno.test("CheckSpacing leaves what jumps to a loop to the loop's own check", () => {
  const one = spacing();
  one.enter(FrameKind.Loop);
  one.spend(99, 99);
  one.branch(0);
  one.checked();
  one.leave();
  one.spend(99, 99);
  assert(!one.isDue);
});

Deno.test("CheckSpacing bounds what runs while a stack of frames returns", () => {
  const one = spacing();
  one.spend(80, 80);
  assert(!one.isDueAtReturn);
  one.call(true);
  one.spend(3, 3);
  assert(!one.isDueAtReturn);
  one.spend(1, 1);
  assert(one.isDueAtReturn);
  one.checked();
  one.spend(50, 50);
  assert(!one.isDueAtReturn);
  // Another callee may be a leaf, which checks nothing.
  one.call(false);
  one.call(false);
  assert(one.isDueAtReturn);
  one.call(true);
  assert(!one.isDueAtReturn);
});

/** How many checks of the stop word a function with this code has. */
function checks(code: string, fuel = false): number {
  const module = new ModuleBuilder();
  const type = module.type([]);
  module.func(type, "").func(type, code, ["i32"]);
  const { bytes } = rewriteModule(module.build(), {
    maxMemoryBytes: MIB,
    fuel,
  });
  return bytes.toHex().split("fe10").length - 1;
}

const WORK = "i32.const 1 drop ";

Deno.test("Straight code has a check every few thousand operators", () => {
  // Longer ones would keep V8's optimizing compiler busy for too long.
  const count = 4 * TIME_SPACING.between;
  const forTime = checks(WORK.repeat(count));
  assert(forTime > 3 && forTime <= 5, `${forTime}`);
  const withFuel = checks(WORK.repeat(count), true);
  // A budget is overrun by 256 at most.
  assert(withFuel >= count / 256, `${withFuel}`);
  assert(withFuel <= count / FUEL_SPACING.between + 1, `${withFuel}`);
});

Deno.test("A call by itself has the check of its function alone", () => {
  assertEquals(checks(`${WORK.repeat(100)} call 1 ${WORK.repeat(9)}`), 1);
});

Deno.test("A function that goes on after a call checks wherever it returns", () => {
  const after = WORK.repeat(30);
  assertEquals(checks(`call 1 ${after}`), 2);
  assertEquals(checks(`call 1 ${after} return`), 2);
  assertEquals(checks(`call 1 ${after} br 0`), 2);
  assertEquals(checks(`call 1 ${after} local.get 0 br_if 0`), 2);
  // The bytes of two zeros: no targets, and the function as the default.
  const toEnd = "br_table unreachable unreachable";
  assertEquals(checks(`call 1 ${after} local.get 0 ${toEnd}`), 2);
  assertEquals(checks(`call 1 ${after} block void br 0 end`), 2);
  assertEquals(checks(`call 1 return_call 0`), 2);
  assertEquals(checks(`call 1 call 0`), 2);
  assertEquals(checks(`call 1 call 1`), 1);
  const around = `call 1 block void local.get 0 br_if 0 call 1 end`;
  assertEquals(checks(`${around} ${after}`), 2);
});
