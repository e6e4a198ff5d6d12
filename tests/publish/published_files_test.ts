import { assert, assertEquals } from "@std/assert";
import { publishDryRun } from "./dry_run.ts";
import { MadePackage } from "./made_package.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("What is published is the sources, the guides and the files to copy, and nothing else", async () => {
  await using made = await MadePackage.create();
  const all = await publishDryRun(made.folder);
  const published = all.filter((path) => !path.startsWith("built/"));
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
  assert(all.includes("built/tool-runner.js"));
  assert(all.includes("built/worker.js"));
  assert(all.includes("built/watchdog_worker.js"));
});

function sources(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, ROOT))].flatMap((entry) =>
    entry.isDirectory
      ? sources(`${folder}${entry.name}/`)
      : [`${folder}${entry.name}`]
  );
}
