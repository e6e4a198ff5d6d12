import { checkCase, hostileCases } from "./hostile_case.ts";

for (const hostile of hostileCases("bytes_")) {
  Deno.test(`Bytes that are no module are refused: ${hostile.name}`, () =>
    checkCase(hostile));
}
