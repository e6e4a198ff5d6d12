import { checkCase, hostileCases } from "./hostile_case.ts";

for (const hostile of hostileCases("schema_")) {
  Deno.test(`A schema is checked at load: ${hostile.name}`, () =>
    checkCase(hostile));
}
