/**
 * A dry run of publishing, and the files that it would publish.
 *
 * Deno counts linked packages below the root as part of this one, and would
 * refuse to leave them out. So it runs on a copy whose links lead outside.
 */

import { dirname, fromFileUrl, join } from "@std/path";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
const STD = "tests/std/";

/**
 * Runs `deno publish --dry-run`.
 *
 * @returns the paths of the files that would be published, sorted.
 * @throws {Error} with what Deno printed, when it fails.
 */
export async function publishDryRun(): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  try {
    await copyPackage(folder);
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["publish", "--dry-run", "--allow-dirty"],
      cwd: join(folder, "package"),
      env: { NO_COLOR: "1" },
      stdout: "null",
      stderr: "piped",
    }).output();
    const printed = new TextDecoder().decode(stderr);
    if (code !== 0) throw new Error(`Publishing would fail: ${printed}`);
    return publishedFiles(printed);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function copyPackage(folder: string): Promise<void> {
  for (const path of await trackedFiles()) {
    const target = path.startsWith(STD)
      ? join(folder, "std", path.slice(STD.length))
      : join(folder, "package", path);
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.copyFile(join(ROOT, path), target);
  }
  const config = join(folder, "package", "deno.json");
  const text = await Deno.readTextFile(config);
  await Deno.writeTextFile(config, text.replaceAll(`./${STD}`, "../std/"));
}

/** What git tracks or would track, but for what was deleted. */
async function trackedFiles(): Promise<string[]> {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "--cached", "--others", "--exclude-standard"],
    cwd: ROOT,
  }).output();
  const paths = new TextDecoder().decode(stdout).trim().split("\n");
  const isThere = async (path: string) => {
    const info = await Deno.stat(join(ROOT, path)).catch(() => undefined);
    return info?.isFile ?? false;
  };
  const there = await Promise.all(paths.map(isThere));
  return paths.filter((_, index) => there[index]);
}

/** Deno lists the files as URLs with their sizes. */
function publishedFiles(printed: string): string[] {
  return [...printed.matchAll(/^\s+file:\/\/\S*?\/package\/(\S+) \(/gm)]
    .map(([, path]) => path!)
    .sort();
}

if (import.meta.main) {
  for (const path of await publishDryRun()) console.log(path);
}
