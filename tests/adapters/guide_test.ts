import { assertEquals, assertLess } from "@std/assert";
import { guideSteps } from "../consumer/guide.ts";

const GUIDE = new URL("../../fixtures/guides/agent_loop.md", import.meta.url);
const LOOPS = new URL("./loops/", import.meta.url);

Deno.test("The guide shows the loops that are run, of at most 20 lines", () => {
  const shown = guideSteps(Deno.readTextFileSync(GUIDE))
    .flatMap((step) =>
      step.kind === "save" && step.name.endsWith(".ts")
        ? [[step.name, step.text] as const]
        : []
    );
  const run = [...Deno.readDirSync(LOOPS)]
    .map(({ name }) =>
      [name, Deno.readTextFileSync(new URL(name, LOOPS))] as const
    );
  assertEquals(Object.fromEntries(shown), Object.fromEntries(run));
  for (const [, text] of run) assertLess(text.split("\n").length - 1, 21);
});
