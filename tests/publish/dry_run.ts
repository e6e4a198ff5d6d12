/** A dry run of publishing, and the files that it would publish. */

import { MadePackage } from "./made_package.ts";

/**
 * Runs `deno publish --dry-run`.
 *
 * @param folder Where the package lies.
 * @returns the paths of the files that would be published, sorted.
 * @throws {Error} with what Deno printed, when it fails.
 */
export async function publishDryRun(folder: string): Promise<string[]> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["publish", "--dry-run", "--allow-dirty"],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).output();
  const printed = new TextDecoder().decode(stderr);
  if (code !== 0) throw new Error(`Publishing would fail: ${printed}`);
  return publishedFiles(printed, folder);
}

/** Deno lists the files as URLs with their sizes. */
function publishedFiles(printed: string, folder: string): string[] {
  return [...printed.matchAll(/^\s+file:\/\/(\S+) \(/gm)]
    .filter(([, path]) => path!.startsWith(`${folder}/`))
    .map(([, path]) => path!.slice(folder.length + 1))
    .sort();
}

if (import.meta.main) {
  await using made = await MadePackage.create();
  for (const path of await publishDryRun(made.folder)) console.log(path);
}
