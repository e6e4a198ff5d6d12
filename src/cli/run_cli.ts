/** Runs the runner from its arguments to its exit code. */

import { parseCommandLine, wantsJson } from "./command_line.ts";
import { SUCCESS } from "./exit_code.ts";
import { HELP } from "./help.ts";
import { type Outcome, tell } from "./outcome.ts";
import { sandboxConfig } from "./sandbox_flags.ts";
import { Interrupted, OutputClosed, type Terminal } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";
import type { ParsedVerb } from "./verbs/verb_input.ts";
import { VERBS } from "./verbs/verbs.ts";
import { VERSION } from "./version.ts";

/**
 * Executes the command line. The process should exit with the returned code:
 * after Ctrl-C a guest may still be stopping.
 *
 * @returns the exit code.
 */
export async function runCli(
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  try {
    if (args.length === 0) await terminal.writeError(`${HELP}\n`);
    const outcome = await interruptible(
      terminal,
      VERBS.get(args[0] ?? "")?.serves === true,
      (signal) => perform(args, terminal, signal),
    );
    if (outcome === undefined) return SUCCESS;
    return await tell(outcome, terminal, wantsJson(args));
  } catch (error) {
    // Standard output can't be used anymore.
    return await tell({ ok: false, error }, terminal, false);
  }
}

/**
 * Lets Ctrl-C abort the work immediately, whatever it waits for. A server gets
 * time to stop by itself, unless Ctrl-C is pressed again.
 */
async function interruptible(
  terminal: Terminal,
  serves: boolean,
  work: (signal: AbortSignal) => Promise<Outcome | undefined>,
): Promise<Outcome | undefined> {
  const aborter = new AbortController();
  const interrupted = Promise.withResolvers<Outcome>();
  const interrupt = () => {
    const error = new Interrupted();
    const waits = serves && !aborter.signal.aborted;
    aborter.abort(error);
    if (!waits) interrupted.resolve({ ok: false, error });
  };
  using _interrupt = terminal.onInterrupt(interrupt);
  using _terminate = serves ? terminal.onTerminate(interrupt) : undefined;
  return await Promise.race([work(aborter.signal), interrupted.promise]);
}

function parse(args: readonly string[]): ParsedVerb | undefined {
  const command = parseCommandLine(args);
  return command.kind === "verb" ? command : undefined;
}

/**
 * Grants are checked only when the sandbox is created, so their errors are
 * converted here.
 */
function asUsageError(error: unknown): unknown {
  return error instanceof TypeError &&
      /^Cannot (grant|use \w+Directory) /.test(error.message)
    ? new UsageError(error.message)
    : error;
}

/** The outcome of a verb; undefined if there is nothing more to print. */
async function perform(
  args: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  try {
    const command = parseCommandLine(args);
    if (command.kind !== "verb") {
      const text = command.kind === "help" ? HELP : VERSION;
      return void await terminal.writeOutput(`${text}\n`);
    }
    const config = sandboxConfig(
      command.flags,
      (name) => terminal.variable(name),
      command.verb.serves,
    );
    const isJson = wantsJson(args);
    return await command.verb
      .run({ ...command, config, isJson, terminal, signal, parse });
  } catch (error) {
    if (error instanceof OutputClosed) throw error;
    return { ok: false, error: asUsageError(error) };
  }
}
