import { assertEquals } from "@std/assert";
import { lineMap } from "../../.ci/package/line_map.ts";

function mapped(mappings: string): string {
  const sources = ["../src/a.ts", "../src/b.ts"];
  const map = JSON.parse(lineMap({ sources, mappings }));
  assertEquals([map.version, map.sources], [3, sources]);
  return map.mappings;
}

Deno.test("lineMap keeps where each line begins, for the whole of it", () => {
  // Line 4, column 8; an empty line; line 6, column 1, after two more steps.
  assertEquals(mapped("EAGO,SAAS;;CAEhB"), "AAGO;;AAEP");
});

Deno.test("lineMap skips what comes from no source", () => {
  assertEquals(mapped("A,CCAA;A"), "ACAA;");
});

Deno.test("lineMap counts on through numbers of several digits", () => {
  assertEquals(mapped("AAgCA;AAhCA;AA4/CA"), "AAgCA;AAhCA;AA4/CA");
});
