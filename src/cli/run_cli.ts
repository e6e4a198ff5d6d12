/** The runner from its arguments to its exit code. */

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
 * Does what the arguments ask for. The process should end with the code that
 * this returns: after Ctrl-C a guest may still be on its way out.
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
    // Nothing more can be told on standard output.
    return await tell({ ok: false, error }, terminal, false);
  }
}

/**
 * Lets Ctrl-C end the work at once, whatever it waits for. What serves gets the
 * time to end by itself, unless it is pressed again.
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

/** What is granted is looked at when the sandbox is made, and not before. */
function asUsageError(error: unknown): unknown {
  return error instanceof TypeError &&
      /^Cannot (grant|use \w+Directory) /.test(error.message)
    ? new UsageError(error.message)
    : error;
}

/** The outcome of a verb, undefined when there is nothing left to tell. */
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
