/** URLs of this package's own files in its sources, when their text moves. */

import { dirname, join, relative } from "@std/path";

const OWN_URL = /new URL\(\s*"(\.[^"]+\.ts)",\s*import\.meta\.url,?\s*\)/g;

/** The modules that workers start with, by their path in the package. */
export async function workerEntries(root: string): Promise<string[]> {
  const found = new Set<string>();
  for (const path of sources(root, "src")) {
    const text = await Deno.readTextFile(join(root, path));
    for (const [, name] of text.matchAll(OWN_URL)) {
      const target = join(dirname(path), name!);
      if (target.endsWith("worker.ts")) found.add(target);
    }
  }
  return [...found].sort();
}

function sources(root: string, folder: string): string[] {
  return [...Deno.readDirSync(join(root, folder))].flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory) return sources(root, path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

/**
 * The text of a source, with the URLs that it has where it lies.
 *
 * @param path Where it lies in the package.
 * @param folder Where its text is going to be.
 * @param bundled The name there of what moves as well.
 */
export function moveUrls(
  text: string,
  path: string,
  folder: string,
  bundled: (path: string) => string | undefined,
): string {
  return text.replaceAll(OWN_URL, (_, name) => {
    const target = join(dirname(path), name);
    const moved = bundled(target) ?? relative(folder, target);
    return `new URL("${moved}", import.meta.url)`;
  });
}
