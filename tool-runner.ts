/**
 * Runs tools and programs from the command line, inside limits that hold.
 *
 * ```sh
 * deno run --allow-read tool-runner.ts schema TOOL.wasm
 * deno run --allow-read tool-runner.ts call TOOL.wasm '{"text":"hi"}'
 * deno run --allow-read tool-runner.ts run PROGRAM.wasm ARGUMENT
 * deno run --allow-read tool-runner.ts inspect MODULE.wasm
 * ```
 *
 * `--help` lists the flags and the exit codes.
 *
 * @module
 */

import { DenoTerminal } from "./src/cli/deno_terminal.ts";
import { runCli } from "./src/cli/run_cli.ts";

if (import.meta.main) {
  Deno.exit(await runCli(Deno.args, new DenoTerminal()));
}
