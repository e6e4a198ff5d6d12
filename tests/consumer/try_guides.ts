/**
 * Follows the guides as a new user would, and says how long each command took.
 *
 *     deno run -A tests/consumer/try_guides.ts            all of them
 *     deno run -A tests/consumer/try_guides.ts tool_in_c  one
 */

import { Consumer } from "./consumer.ts";
import { followGuide } from "./guide_run.ts";

const GUIDES = new URL("../../fixtures/guides/", import.meta.url);

function guideNames(): string[] {
  return [...Deno.readDirSync(GUIDES)]
    .filter(({ name }) => name.endsWith(".md") && name !== "README.md")
    .map(({ name }) => name.slice(0, -".md".length))
    .sort();
}

if (import.meta.main) {
  await using consumer = await Consumer.create();
  for (const name of Deno.args.length > 0 ? Deno.args : guideNames()) {
    console.log(`${name}:`);
    for (const { script, ms } of await followGuide(consumer, name)) {
      const lines = script.trimEnd().split("\n");
      console.log(`  ${(ms / 1000).toFixed(1).padStart(5)} s  ${lines[0]}`);
      for (const line of lines.slice(1)) console.log(`           ${line}`);
    }
  }
}
