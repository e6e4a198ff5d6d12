/** Runs a program of its own for what only a fresh process can tell. */

import { REPOSITORY } from "./fixture.ts";

/**
 * Runs Deno with some arguments, and answers with what it printed.
 *
 * @throws {Error} when it fails, with what it said.
 */
export async function runDeno(...args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: REPOSITORY,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  if (!success) {
    throw new Error(`deno ${args.join(" ")}: ${decoder.decode(stderr)}`);
  }
  return decoder.decode(stdout);
}
