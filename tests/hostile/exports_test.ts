import { checkCase, hostileCases } from "./hostile_case.ts";

for (const hostile of hostileCases("export_")) {
  Deno.test(`What a tool must export is checked at load: ${hostile.name}`, () =>
    checkCase(hostile));
}
