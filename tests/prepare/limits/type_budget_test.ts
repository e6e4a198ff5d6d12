import { assertThrows } from "@std/assert";
import { CompilationFailed } from "../../../src/errors.ts";
import { TypeBudget } from "../../../src/prepare/limits/type_budget.ts";
import { ValueCode } from "../../../src/wasm/value_type.ts";

const { i32, i64 } = ValueCode;
/** A nullable reference to the type with this index. */
const reference = (index: number) => 0x101 + 2 * index;

Deno.test("TypeBudget counts a type once, whichever module has it", () => {
  const budget = new TypeBudget({ types: 2, values: 100 });
  const types = [
    { params: [i32], results: [] },
    { params: [i64], results: [i32] },
  ];
  for (let i = 0; i < 10; i++) budget.spend(types);
  assertThrows(
    () => budget.spend([{ params: [], results: [] }]),
    CompilationFailed,
    "3 different function types, limit is 2",
  );
});

Deno.test("TypeBudget tells types apart by what they refer to", () => {
  const budget = new TypeBudget({ types: 4, values: 100 });
  const refer = { params: [reference(0)], results: [] };
  budget.spend([{ params: [i32], results: [] }, refer]);
  budget.spend([{ params: [i64], results: [] }, refer]);
  assertThrows(
    () => budget.spend([{ params: [reference(0)], results: [] }]),
    CompilationFailed,
  );
});

Deno.test("TypeBudget bounds the values of all types together", () => {
  const budget = new TypeBudget({ types: 100, values: 5 });
  budget.spend([{ params: [i32, i32, i32], results: [i64] }]);
  assertThrows(
    () => budget.spend([{ params: [i64, i64], results: [] }]),
    CompilationFailed,
    "6 different parameters and results, limit is 5",
  );
  // What is known may still be used.
  budget.spend([{ params: [i32, i32, i32], results: [i64] }]);
});

Deno.test("TypeBudget counts where another thread of the process does", () => {
  const [here, there] = [1, 2].map(() =>
    new TypeBudget({ types: 2, values: 100 })
  );
  there!.share(here!.memory);
  here!.spend([{ params: [i32], results: [] }]);
  there!.spend([
    { params: [i32], results: [] },
    { params: [i64], results: [] },
  ]);
  for (const budget of [here!, there!]) {
    assertThrows(
      () => budget.spend([{ params: [], results: [i32] }]),
      CompilationFailed,
      "limit is 2",
    );
  }
});

Deno.test("TypeBudget tells a hundred thousand types apart", () => {
  const types = Array.from({ length: 100_000 }, (_, number) => ({
    params: Array.from(
      { length: 17 },
      (_, bit) => number >> bit & 1 ? i32 : i64,
    ),
    results: [],
  }));
  const budget = new TypeBudget({ types: 99_900, values: 1e7 });
  assertThrows(() => budget.spend(types), CompilationFailed, "limit is 99900");
});
