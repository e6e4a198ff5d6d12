import { checkCase, hostileCases } from "./hostile_case.ts";

for (const hostile of hostileCases("gc_", "shared_", "opcode_", "import_")) {
  Deno.test(`What can't be bounded is refused: ${hostile.name}`, () =>
    checkCase(hostile));
}
