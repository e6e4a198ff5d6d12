import { checkCase, hostileCases } from "./hostile_case.ts";

for (const hostile of hostileCases("arguments_", "alloc_")) {
  Deno.test(`Arguments are placed where they hurt nobody: ${hostile.name}`, () =>
    checkCase(hostile));
}
