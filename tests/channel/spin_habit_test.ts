import { assert, assertEquals } from "@std/assert";
import { SpinHabit } from "../../src/channel/spin_habit.ts";

/** How many of so many calls spin when a spin pays or does not. */
function spinsOf(habit: SpinHabit, calls: number, pays: boolean): number {
  let spins = 0;
  for (let call = 0; call < calls; call++) {
    if (!habit.shallSpin()) continue;
    spins++;
    habit.learn(pays);
  }
  return spins;
}

Deno.test("SpinHabit spins for every call while that pays", () => {
  assertEquals(spinsOf(new SpinHabit(), 1_000, true), 1_000);
});

Deno.test("SpinHabit hardly ever spins while that never pays", () => {
  const spins = spinsOf(new SpinHabit(), 100_000, false);
  assert(spins < 250, `${spins} spins in 100 000 calls`);
});

Deno.test("SpinHabit takes two failures in a row for chance", () => {
  const habit = new SpinHabit();
  for (let round = 0; round < 100; round++) {
    assertEquals(spinsOf(habit, 2, false), 2);
    assertEquals(spinsOf(habit, 1, true), 1);
  }
});

Deno.test("SpinHabit comes back from the longest sleep once a spin pays", () => {
  const habit = new SpinHabit();
  spinsOf(habit, 100_000, false);
  // At most 512 calls pass until the next try.
  assert(spinsOf(habit, 1_000, true) > 480);
  // And what failed before does not count any more.
  assertEquals(spinsOf(habit, 2, false), 2);
  assertEquals(spinsOf(habit, 100, true), 100);
});
