import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { EntryBudget } from "../../src/fs/entry_budget.ts";

describe("EntryBudget", () => {
  it("makes as many as there may be, and more once some are removed", () => {
    const budget = new EntryBudget(2);
    let made = 0;
    const make = () => budget.make(() => ++made);
    assertEquals([make(), make()], [1, 2]);
    assertThrows(make, Error, "ENOSPC");
    budget.removed();
    assertEquals(make(), 3);
    assertThrows(make, Error, "ENOSPC");
  });

  it("counts nothing that could not be made", () => {
    const budget = new EntryBudget(1);
    const fails = () => {
      throw new Error("cannot");
    };
    for (let i = 0; i < 3; i++) assertThrows(() => budget.make(fails), Error);
    assertEquals(budget.make(() => "made"), "made");
  });

  it("is not made larger by removing what was there before", () => {
    const budget = new EntryBudget(1);
    for (let i = 0; i < 3; i++) budget.removed();
    budget.make(() => {});
    assertThrows(() => budget.make(() => {}), Error, "ENOSPC");
  });
});
