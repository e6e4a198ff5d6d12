import { assertEquals } from "@std/assert";
import { splitAtProgram } from "../../src/cli/guest_arguments.ts";

function split(...args: string[]): (readonly string[])[] {
  const { own, program, guestArguments } = splitAtProgram(
    args,
    new Set(["--env"]),
  );
  return [own, program, guestArguments];
}

Deno.test("splitAtProgram ends at the first argument that is no flag and no value", () => {
  assertEquals(split("p"), [[], ["p"], []]);
  assertEquals(split("--json", "p", "x"), [["--json"], ["p"], ["x"]]);
  assertEquals(split("--env", "A=1", "p"), [["--env", "A=1"], ["p"], []]);
  assertEquals(split("--env=A=1", "p", "q"), [["--env=A=1"], ["p"], ["q"]]);
  assertEquals(split("", "x"), [[], [""], ["x"]]);
});

Deno.test("splitAtProgram drops one -- behind the program, and no other", () => {
  assertEquals(split("p", "--", "x"), [[], ["p"], ["x"]]);
  assertEquals(split("p", "--", "--", "x"), [[], ["p"], ["--", "x"]]);
  assertEquals(split("p", "x", "--", "y"), [[], ["p"], ["x", "--", "y"]]);
  assertEquals(split("p", "--"), [[], ["p"], []]);
});

Deno.test("splitAtProgram takes -- before the program as the end of the flags", () => {
  assertEquals(split("--json", "--", "--odd", "x"), [
    ["--json"],
    ["--odd"],
    ["x"],
  ]);
  assertEquals(split("--", "p", "--", "x"), [[], ["p"], ["x"]]);
});

Deno.test("splitAtProgram finds no program where there is none", () => {
  for (const args of [[], ["--"], ["--json"], ["--env", "A=1"], ["--env"]]) {
    const [, program, guestArguments] = split(...args);
    assertEquals([program, guestArguments], [[], []]);
  }
});
