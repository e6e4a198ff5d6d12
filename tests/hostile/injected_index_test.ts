import { checkCase, hostileCases } from "./hostile_case.ts";

for (const hostile of hostileCases("index_")) {
  Deno.test(`A module that is valid only through an injected index is refused: ${hostile.name}`, () =>
    checkCase(hostile));
}
