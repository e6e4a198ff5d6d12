import { checkCase, hostileCases } from "./hostile_case.ts";

for (const hostile of hostileCases("answer_")) {
  Deno.test(`An answer is checked before it is believed: ${hostile.name}`, () =>
    checkCase(hostile));
}
