import { assertThrows } from "@std/assert";
import { CompilationFailed } from "../../../src/errors.ts";
import { TypeBudget } from "../../../src/prepare/limits/type_budget.ts";
import { ValueCode } from "../../../src/wasm/value_type.ts";

const { i32, i64 } = ValueCode;
/** A nullable reference to the type with this index. */
const reference = (index: number) => 0x101 + 2 * index;

Deno.test("TypeBudget counts a type once, whichever module has it", () => {
  const budget = new TypeBudget(2);
  const types = [
    { params: [i32], results: [] },
    { params: [i64], results: [i32] },
  ];
  for (let i = 0; i < 10; i++) budget.spend(types);
  assertThrows(
    () => budget.spend([{ params: [], results: [] }]),
    CompilationFailed,
    "2 different function types",
  );
});

Deno.test("TypeBudget tells types apart by what they refer to", () => {
  const budget = new TypeBudget(4);
  const refer = { params: [reference(0)], results: [] };
  budget.spend([{ params: [i32], results: [] }, refer]);
  budget.spend([{ params: [i64], results: [] }, refer]);
  assertThrows(
    () => budget.spend([{ params: [reference(0)], results: [] }]),
    CompilationFailed,
  );
});
