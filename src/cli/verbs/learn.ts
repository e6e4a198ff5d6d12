/** The verb `learn`. */

import {
  type Attempt,
  type CallResult,
  type Decision,
  ExecutionFailed,
  learn,
  type Learned,
  learnedFile,
  type LearnLimits,
  type Proposal,
  ToolSandbox,
} from "../../../mod.ts";
import { oneLine, quote } from "../../quote.ts";
import { SUCCESS } from "../exit_code.ts";
import { parseJson, parseJsonBytes } from "../json_input.ts";
import { writing } from "../named_file.ts";
import type { Outcome } from "../outcome.ts";
import { parseCount } from "../quantity.ts";
import { type FlagValues, sandboxConfig } from "../sandbox_flags.ts";
import { fromSource, openTool, programName } from "../source.ts";
import { UsageError } from "../usage_error.ts";
import { parseVariables } from "../variables.ts";
import type { VerbInput } from "./verb_input.ts";

/** Flags that the call may have; all others grant something. */
const CALL_FLAGS: ReadonlySet<string> = new Set([
  "max-memory",
  "max-time",
  "max-fuel",
  "schema",
  "unchecked",
  "env",
]);

/** The exit code when the call did not succeed with what was accepted. */
const NOT_LEARNED = 1;
/** How many entries that are never proposed are printed. */
const MOST_WITHHELD = 10;

/** Finds out what a call needs, and writes it as a sandbox.json. */
export async function learnGrants(input: VerbInput): Promise<Outcome> {
  const { operands: [verb = ""], guestArguments, flags, terminal } = input;
  const call = calledWith(input, verb, guestArguments);
  const [base, output] = [value(flags, "base"), value(flags, "output")];
  const rounds = value(flags, "rounds");
  const learned = await learn(await attemptOf(call, verb), {
    limits: limitsOf(call),
    ...base !== undefined && { base },
    ...rounds !== undefined && { maxRounds: Number(parseCount(rounds)) },
    reachesHosts: flags.get("reach-hosts")?.length === 1,
    decide: (proposal) =>
      decide(proposal, flags.get("yes")?.length === 1, input),
  });
  const [source = ""] = call.operands;
  const file = learnedFile(learned, {
    source,
    // Paths in the file are relative to its folder.
    ...base === undefined && isHere(output) && { folder: learned.base },
    limits: ownLimits(call),
  });
  const text = `${JSON.stringify(file, undefined, 2)}\n`;
  if (output !== undefined) {
    await writing(quote(output), () => terminal.writeFile(output, text));
  }
  if (!input.isJson) await terminal.writeError(report(learned));
  return {
    ok: true,
    exitCode: learned.ended === "succeeded" ? SUCCESS : NOT_LEARNED,
    value: { ...summary(learned), file },
    text: output === undefined ? text : "",
  };
}

/** The command line of the call to learn from. */
function calledWith(
  input: VerbInput,
  verb: string,
  rest: readonly string[],
): VerbInput {
  if (verb !== "call" && verb !== "run") {
    throw new UsageError(
      `Cannot learn from ${quote(verb)}: call or run follows the --`,
    );
  }
  const command = input.parse([verb, ...rest]);
  if (!command) throw new UsageError("Cannot learn from --help");
  for (const [flag, values] of command.flags) {
    if (values.length === 0 || CALL_FLAGS.has(flag)) continue;
    throw new UsageError(
      `Cannot learn with --${flag}: nothing is granted while learning`,
    );
  }
  const { terminal } = input;
  const config = sandboxConfig(
    command.flags,
    (name) => terminal.variable(name),
  );
  return { ...input, ...command, config };
}

async function attemptOf(call: VerbInput, verb: string): Promise<Attempt> {
  return verb === "call" ? await toolAttempt(call) : programAttempt(call);
}

async function toolAttempt(call: VerbInput): Promise<Attempt> {
  const { operands: [, text = ""], signal, terminal } = call;
  const args = text === "-"
    ? parseJsonBytes("standard input", await terminal.readInput())
    : parseJson("the arguments", text);
  return async (config) => {
    signal.throwIfAborted();
    await using tool = await openTool({ ...call, config });
    return await tool.call(args, { signal });
  };
}

function programAttempt(call: VerbInput): Attempt {
  const { operands: [source = ""], guestArguments, flags, signal } = call;
  const env = parseVariables(flags.get("env") ?? []);
  return async (config) => {
    signal.throwIfAborted();
    await using sandbox = new ToolSandbox(config);
    const module = await fromSource(source, () => sandbox.loadModule(source));
    return await sandbox.run(module, {
      name: programName(source),
      args: guestArguments,
      env,
      signal,
    });
  };
}

function limitsOf({ config }: VerbInput): LearnLimits {
  const { maxMemoryBytes, maxExecutionTime, maxFuel } = config;
  return { maxWorkers: 1, maxMemoryBytes, maxExecutionTime, maxFuel };
}

/** The requested limits, in the form of sandbox.json. */
function ownLimits({ config, flags }: VerbInput): Record<string, number> {
  const given = (flag: string) => (flags.get(flag) ?? []).length > 0;
  return {
    ...given("max-memory") && { maxMemoryBytes: config.maxMemoryBytes },
    ...given("max-time") && { maxExecutionTime: config.maxExecutionTime },
    ...given("max-fuel") && { maxFuel: Number(config.maxFuel) },
  };
}

function value(flags: FlagValues, name: string): string | undefined {
  return flags.get(name)?.[0];
}

function isHere(output: string | undefined): boolean {
  return output === undefined || !/[\\/]/.test(output);
}

async function decide(
  proposal: Proposal,
  isYes: boolean,
  { terminal, isJson }: VerbInput,
): Promise<Decision> {
  const what = `${grantText(proposal)}, for: ${reasonText(proposal)}`;
  if (isYes && proposal.kind === "folder" && proposal.isInBase) {
    if (!isJson) await terminal.writeError(`Granting ${what}\n`);
    return "accept";
  }
  if (isJson || !terminal.isScreen("error")) return "skip";
  const said = await terminal.ask(`Grant ${what}? [y/N/q] `);
  if (said === undefined || /^q/i.test(said.trim())) return "stop";
  return /^y(es)?$/i.test(said.trim()) ? "accept" : "skip";
}

function grantText(proposal: Proposal): string {
  if (proposal.kind === "host") return `host ${quote(proposal.host)}`;
  const { guest, host, access } = proposal;
  const how = access === "read" ? "to read" : "to change in an overlay";
  return `${shown(host)} as ${shown(guest)} ${how}`;
}

function reasonText({ reasons }: Proposal): string {
  return reasons.slice(0, 3)
    .map(({ asked, count }) => `${shown(asked)} (${count}x)`).join(", ");
}

function shown(text: string): string {
  return oneLine(quote(text), 200);
}

function report({ ended, rounds, skipped, withheld }: Learned): string {
  const lines = [
    `Ended after ${rounds} rounds: ${ENDS[ended]}`,
    ...skipped.map((one) => `Not granted: ${grantText(one)}`),
    ...withheld.slice(-MOST_WITHHELD)
      .map(({ asked, why }) =>
        `Not proposed: ${shown(asked)}: ${oneLine(why, 200)}`
      ),
  ];
  return `${lines.join("\n")}\n`;
}

const ENDS: Readonly<Record<Learned["ended"], string>> = {
  succeeded: "the call succeeded",
  "nothing left": "nothing is left to propose",
  stopped: "stopped",
  rounds: "the limit of rounds was reached",
};

function summary({ result, ...learned }: Learned): Record<string, unknown> {
  return { ...learned, error: errorOf(result) };
}

function errorOf(
  result: CallResult<unknown> & { readonly exitCode?: number | undefined },
): unknown {
  if (!result.ok) return result.error.toJSON();
  const { exitCode = SUCCESS } = result;
  return exitCode === SUCCESS
    ? undefined
    : new ExecutionFailed(`Program exited with ${exitCode}`).toJSON();
}
