import { assertEquals, assertStringIncludes } from "@std/assert";
import { inspectModule } from "../../../mod.ts";
import { labelPicture } from "../../../src/adapters/report/mod.ts";

const ECHO = new URL("../../../fixtures/tools/echo.wasm", import.meta.url);

Deno.test("A label tells what a tool is and gets", async () => {
  const inspection = await inspectModule(ECHO);
  const picture = labelPicture({
    inspection,
    schema: { name: "echo", description: "Answers with its arguments." },
  });
  for (
    const text of [
      "Answers with its arguments.",
      inspection.sha256.slice(0, 16),
      "<title>Label of echo</title>",
    ]
  ) assertStringIncludes(picture, text);
});

Deno.test("Names of a tool are text in its label, and cut", async () => {
  const hostile = `"><script>alert(1)</script>${"x".repeat(100_000)}`;
  const picture = labelPicture({
    inspection: {
      ...await inspectModule(ECHO),
      imports: Array.from({ length: 1_000 }, () => ({
        module: hostile,
        items: [],
        isProvided: false,
      })),
    },
    schema: { name: hostile, description: hostile },
  });
  assertEquals(picture.match(/<script/g), null);
  assertStringIncludes(picture, "and 994 more");
  assertEquals(picture.length < 10_000, true);
});

Deno.test("The label of a script has the hash of each file, up to some", () => {
  const files = Object.fromEntries(
    Array.from({ length: 9 }, (_, at) => [`${at}.js`, `${at}`.repeat(64)]),
  );
  const picture = labelPicture({
    files,
    schema: { name: "script", description: "Greets." },
  });
  assertStringIncludes(picture, `${"0".repeat(16)}\u2026 0.js`);
  assertStringIncludes(picture, "and 3 more files");
  assertStringIncludes(picture, "script");
});
