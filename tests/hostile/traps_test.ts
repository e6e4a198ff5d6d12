import { checkCase, hostileCases } from "./hostile_case.ts";

for (
  const hostile of hostileCases(
    "trap_",
    "recursion_overflow",
    "swallow_overflow",
  )
) {
  Deno.test(`A trap is reported, with the worker kept: ${hostile.name}`, () =>
    checkCase(hostile));
}
