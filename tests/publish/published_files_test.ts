import { assert, assertEquals } from "@std/assert";
import { publishDryRun } from "./dry_run.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("What is published is the sources, the guides and the files to copy, and nothing else", async () => {
  const published = await publishDryRun();
  const expected = [
    ".github/CONTRIBUTING.md",
    ".github/SECURITY.md",
    "LICENSE",
    "README.md",
    "deno.json",
    "mod.ts",
    "tests/README.md",
    "tool-runner.ts",
    ...sources("src/"),
    ...sources("fixtures/guides/"),
    // AssemblyScript is not TypeScript, which is all that a registry reads.
    ...sources("fixtures/sdk/").filter((path) => !path.endsWith(".ts")),
  ].sort();
  assertEquals(published, expected);
  // Workers are reached by URL only, so nothing else notices when they lack.
  assert(published.includes("src/guest/worker.ts"));
  assert(published.includes("src/host/watchdog/watchdog_worker.ts"));
});

function sources(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, ROOT))].flatMap((entry) =>
    entry.isDirectory
      ? sources(`${folder}${entry.name}/`)
      : [`${folder}${entry.name}`]
  );
}
