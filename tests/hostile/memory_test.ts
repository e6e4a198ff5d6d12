import { checkCase, hostileCases } from "./hostile_case.ts";

for (
  const hostile of hostileCases(
    "memory",
    "memory64",
    "table_declared",
    "tables_declared",
    "table_grow",
    "grow_",
  )
) {
  Deno.test(`Memory and tables stay within the limit: ${hostile.name}`, () =>
    checkCase(hostile));
}
