/** The tools that a command line asks for, and what becomes of those that fail. */

import { dirname } from "@std/path/dirname";
import { join } from "@std/path/join";
import { type Asked, findTools } from "./config_file/tool_entries.ts";
import type { Environment } from "./config_file/sandbox_file.ts";
import { LOCK_NAME } from "./lock/lock_file.ts";
import { printable, printableLines } from "./printable.ts";
import { type ServedTools, ToolRefused } from "./serving/served_tools.ts";
import { UsageError } from "./usage_error.ts";
import type { VerbInput } from "./verbs/verb_input.ts";

/** A peer that causes more of them fills a log. */
const MOST_ERRORS = 100;

/**
 * The tools of the operands and of the configuration.
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

/** Where the lock file is: beside the configuration, unless it is named. */
export function lockPath({ flags }: VerbInput): string {
  const [lock] = flags.get("lock") ?? [];
  const [config] = flags.get("config") ?? [];
  return lock ??
    (config === undefined ? LOCK_NAME : join(dirname(config), LOCK_NAME));
}

/**
 * A tool that is not what was locked is left out; anything else that went
 * wrong is a mistake of whoever asked for it.
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

/** Tells errors that end nothing, one a line. */
export async function tellErrors(
  terminal: VerbInput["terminal"],
  errors: readonly Error[],
): Promise<void> {
  for (const { message } of errors) {
    await terminal.writeError(`${printableLines(message)}\n`);
  }
}

/** Tells of errors, up to some. */
export function errorTeller({ terminal }: VerbInput): (error: Error) => void {
  let told = 0;
  return ({ message, cause }) => {
    if (told++ >= MOST_ERRORS) return;
    const why = cause instanceof Error ? `: ${cause.message}` : "";
    const text = `${message}${why}`.slice(0, 500);
    terminal.writeError(`${printable(text)}\n`).catch(() => {});
  };
}
