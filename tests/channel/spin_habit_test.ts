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
  assert(spins < 1_000, `${spins} spins in 100 000 calls`);
});

Deno.test("SpinHabit takes three failures in a row for chance", () => {
  const habit = new SpinHabit();
  for (let round = 0; round < 100; round++) {
    assertEquals(spinsOf(habit, 3, false), 3);
    assertEquals(spinsOf(habit, 12, true), 12);
  }
});

Deno.test("SpinHabit goes on spinning where one in fifty does not pay", () => {
  const habit = new SpinHabit();
  spinsOf(habit, 1_000, false);
  spinsOf(habit, 1_000, true);
  for (let round = 0; round < 100; round++) {
    assertEquals(spinsOf(habit, 1, false), 1);
    assertEquals(spinsOf(habit, 49, true), 49);
  }
});

Deno.test("SpinHabit seldom spins where half of the spins do not pay", () => {
  const habit = new SpinHabit();
  let spins = 0;
  for (let call = 0; call < 10_000; call++) {
    if (habit.shallSpin()) habit.learn(spins++ % 2 === 0);
  }
  assert(spins < 300, `${spins} spins in 10 000 calls`);
});

Deno.test("SpinHabit comes back from the longest sleep once a spin pays", () => {
  const habit = new SpinHabit();
  spinsOf(habit, 100_000, false);
  // At most 128 calls pass until the next try.
  assert(spinsOf(habit, 1_000, true) >= 872);
  // And what failed before does not count any more.
  assertEquals(spinsOf(habit, 3, false), 3);
  assertEquals(spinsOf(habit, 100, true), 100);
});
