import { checkCase, hostileCases } from "./hostile_case.ts";

for (const hostile of hostileCases("exception_hoard")) {
  Deno.test(`The worker's own heap can't be filled: ${hostile.name}`, () =>
    checkCase(hostile));
}
