/** Loads the tools named on a command line, and handles failures. */

import { dirname } from "@std/path/dirname";
import { join } from "@std/path/join";
import { type Asked, findTools } from "./config_file/tool_entries.ts";
import type { Environment } from "./config_file/sandbox_file.ts";
import { LOCK_NAME } from "./lock/lock_file.ts";
import { printable, printableLines } from "./printable.ts";
import { type ServedTools, ToolRefused } from "./serving/served_tools.ts";
import { UsageError } from "./usage_error.ts";
import type { VerbInput } from "./verbs/verb_input.ts";

/** Maximum number of errors reported, so that a peer can't flood a log. */
const MOST_ERRORS = 100;

/**
 * The tools from operands and configuration.
 *
 * @param environment Where the values of secrets are; without it, the tools of
 * the configuration are granted nothing.
 */
export async function findAsked(
  { operands, config, flags, terminal }: VerbInput,
  environment?: Environment,
): Promise<Asked> {
  const [path] = flags.get("config") ?? [];
  if (operands.length === 0 && path === undefined) {
    throw new UsageError(
      "No tools: name some, or a configuration with --config sandbox.json",
    );
  }
  return await findTools(operands, config, path, terminal, environment);
}

/** The path of the lock file: next to the configuration, unless given. */
export function lockPath({ flags }: VerbInput): string {
  const [lock] = flags.get("lock") ?? [];
  const [config] = flags.get("config") ?? [];
  return lock ??
    (config === undefined ? LOCK_NAME : join(dirname(config), LOCK_NAME));
}

/**
 * Skips tools that differ from the lock; any other failure is a usage error.
 */
export async function leaveOut(
  { terminal }: VerbInput,
  tools: ServedTools,
  errors: readonly Error[],
): Promise<void> {
  const other = errors.find((error) => !(error instanceof ToolRefused));
  if (other) throw other;
  await tellErrors(terminal, errors);
  if (tools.list().length > 0) return;
  throw new UsageError("There are no tools left to serve");
}

/** Reports non-fatal errors, one per line. */
export async function tellErrors(
  terminal: VerbInput["terminal"],
  errors: readonly Error[],
): Promise<void> {
  for (const { message } of errors) {
    await terminal.writeError(`${printableLines(message)}\n`);
  }
}

/** Reports errors, up to a limit. */
export function errorTeller({ terminal }: VerbInput): (error: Error) => void {
  let told = 0;
  return ({ message, cause }) => {
    if (told++ >= MOST_ERRORS) return;
    const why = cause instanceof Error ? `: ${cause.message}` : "";
    const text = `${message}${why}`.slice(0, 500);
    terminal.writeError(`${printable(text)}\n`).catch(() => {});
  };
}
