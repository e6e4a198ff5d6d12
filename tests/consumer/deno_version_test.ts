import { assertEquals, assertStringIncludes } from "@std/assert";
import { versionProblem } from "../../src/host/deno_version.ts";

Deno.test("versionProblem takes the oldest version that works, and later ones", () => {
  for (
    const version of ["2.7.6", "2.7.14", "2.10.0", "3.0.0-rc.1", "2.9.6+a"]
  ) {
    assertEquals(versionProblem(version), undefined, version);
  }
});

Deno.test("versionProblem says what is needed where it is older, or no Deno", () => {
  for (const version of ["2.7.5", "2.6.10", "1.46.3", "2.7.5+abc1234"]) {
    const problem = versionProblem(version);
    assertStringIncludes(problem!, `2.7.6 or later, this is ${version}`);
  }
  assertStringIncludes(versionProblem(undefined)!, "this is not Deno");
});
