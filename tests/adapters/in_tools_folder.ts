/** The loops of the guide load what they need from the folder that they run in. */

import { fromFileUrl } from "@std/path";

const FIXTURES = new URL("../../fixtures/", import.meta.url);

/** Runs something where `word_stats.wasm` lies. */
export async function inToolsFolder<Value>(
  run: () => Promise<Value>,
): Promise<Value> {
  return await inFixtures("tools", run);
}

/** Runs something in a folder of the fixtures. */
export async function inFixtures<Value>(
  folder: string,
  run: () => Promise<Value>,
): Promise<Value> {
  const before = Deno.cwd();
  Deno.chdir(fromFileUrl(new URL(folder, FIXTURES)));
  try {
    return await run();
  } finally {
    Deno.chdir(before);
  }
}
