/**
 * Makes the folder that is published: the package as it lies here, and beside
 * its sources the bundle of the runner, which then is what people run.
 *
 * `deno task package FOLDER`, and then `deno publish` in that folder.
 */

import { dirname, fromFileUrl, join } from "@std/path";
import denoJson from "../../deno.json" with { type: "json" };
import { bundleRunner } from "./bundle_runner.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
const BUNDLE = "built";

/**
 * Fills an empty folder.
 *
 * @param links Packages to take instead of those of the registry.
 * @throws {Error} when a module can't be bundled.
 */
export async function makePackage(
  folder: string,
  links: readonly string[] = [],
): Promise<void> {
  for (const path of await trackedFiles()) {
    const target = join(folder, path);
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.copyFile(join(ROOT, path), target);
  }
  await Deno.writeTextFile(join(folder, "deno.json"), packageConfig(links));
  await Deno.mkdir(join(folder, BUNDLE));
  for (const { name, text } of await bundleRunner(folder, BUNDLE)) {
    await Deno.writeTextFile(join(folder, BUNDLE, name), text);
  }
}

/** What git tracks or would track, but for what was deleted and for std. */
async function trackedFiles(): Promise<string[]> {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "--cached", "--others", "--exclude-standard"],
    cwd: ROOT,
  }).output();
  const paths = new TextDecoder().decode(stdout).trim().split("\n");
  const isThere = async (path: string) => {
    const info = await Deno.stat(join(ROOT, path)).catch(() => undefined);
    return (info?.isFile ?? false) && !path.startsWith("tests/std/");
  };
  const there = await Promise.all(paths.map(isThere));
  return paths.filter((_, index) => there[index]);
}

function packageConfig(links: readonly string[]): string {
  const { exports, publish, ...rest } = denoJson;
  const config = {
    ...rest,
    exports: { ...exports, "./tool-runner": `./${BUNDLE}/tool-runner.js` },
    links,
    publish: { include: [...publish.include, `${BUNDLE}/*.js`] },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

if (import.meta.main) {
  const [folder] = Deno.args;
  if (folder === undefined) throw new Error("Usage: deno task package FOLDER");
  await Deno.mkdir(folder);
  await makePackage(folder);
}
