import { checkCase, hostileCases } from "./hostile_case.ts";

for (const hostile of hostileCases("state_leak")) {
  Deno.test(`Nothing is left for the next call: ${hostile.name}`, () =>
    checkCase(hostile));
}
