/** The loops of the guide load their tool from the folder that they run in. */

import { fromFileUrl } from "@std/path";

const TOOLS = fromFileUrl(new URL("../../fixtures/tools/", import.meta.url));

/** Runs something where `word_stats.wasm` lies. */
export async function inToolsFolder<Value>(
  run: () => Promise<Value>,
): Promise<Value> {
  const before = Deno.cwd();
  Deno.chdir(TOOLS);
  try {
    return await run();
  } finally {
    Deno.chdir(before);
  }
}
