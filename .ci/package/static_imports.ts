/** What a module imports before anything runs, as the bundler tells it. */

import type { Metafile } from "esbuild";

/** What these import before anything runs, and they themselves. */
export function staticImports(
  { inputs }: Metafile,
  roots: readonly string[],
): Set<string> {
  const found = new Set<string>();
  const open = [...roots];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    for (const { path: next, kind, external } of inputs[path]!.imports) {
      if (kind === "import-statement" && !external) open.push(next);
    }
  }
  return found;
}
