/** Parses and checks the command line before anything is done. */

import { parseArgs } from "@std/cli/parse-args";
import { CHANGE_FLAGS, ON } from "./change_flags.ts";
import { ANY_HOST } from "./grant.ts";
import { LANGUAGES } from "./new_tool/languages.ts";
import { splitAtProgram } from "./guest_arguments.ts";
import { type FlagValues, REPEATABLE_FLAGS } from "./sandbox_flags.ts";
import { UsageError } from "./usage_error.ts";
import { quote } from "../quote.ts";
import { type Verb, VERBS } from "./verbs/verbs.ts";

/** The parsed command line. */
export type CommandLine =
  | { readonly kind: "help" | "version" }
  | {
    readonly kind: "verb";
    readonly verb: Verb;
    readonly operands: readonly string[];
    /** The arguments after the program, for a verb that runs one. */
    readonly guestArguments: readonly string[];
    readonly flags: FlagValues;
  };

const SWITCHES = ["json", "help", "version"] as const;

/** Flags without a value that only some verbs have. */
const VERB_SWITCHES = ["watch", "update", "yes", "reach-hosts"] as const;

/**
 * Flags without a value, rewritten so that the parser does not take the next
 * argument as their value.
 */
const SPELLED_OUT: ReadonlyMap<string, string> = new Map([
  ...[...SWITCHES, ...VERB_SWITCHES].map((name) =>
    [`--${name}`, `--${name}=true`] as const
  ),
  ["-h", "--help=true"],
  ["-V", "--version=true"],
  ["--allow-net", `--allow-net=${ANY_HOST}`],
  ["--unchecked", "--unchecked=true"],
  ...[...CHANGE_FLAGS, ...LANGUAGES.keys()].map((name) =>
    [`--${name}`, `--${name}=${ON}`] as const
  ),
]);

/**
 * Parses the command line.
 *
 * @throws {UsageError} when a verb, a flag or an operand is missing, unknown or
 * superfluous.
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const [first = ""] = args;
  if (isInformation(first)) return { kind: first };
  const { name, verb, own, program, guestArguments } = divide(args);
  const parsed = parseFlags(own, verb);
  for (const kind of ["help", "version"] as const) {
    if (parsed[kind]) return { kind };
  }
  if (!verb) throw noVerb(name);
  const flags = flagValues(parsed, verb.flags);
  const operands = [...parsed["_"] as string[], ...program];
  checkOperands(verb, name, operands);
  return { kind: "verb", verb, operands, guestArguments, flags };
}

/** `help` and `version` work as verbs too. */
function isInformation(name: string): name is "help" | "version" {
  return name === "help" || name === "version";
}

/** Whether JSON output is requested, even on an invalid command line. */
export function wantsJson(args: readonly string[]): boolean {
  return flagsOf(divide(args).own).includes("--json");
}

/** Splits the arguments: the verb, the runner's and the guest's. */
function divide(args: readonly string[]): {
  readonly name: string;
  readonly verb: Verb | undefined;
  readonly own: readonly string[];
  readonly program: readonly string[];
  readonly guestArguments: readonly string[];
} {
  const [name = "", ...rest] = args;
  const verb = VERBS.get(name);
  if (!verb?.runsProgram) {
    const own = verb ? rest : args;
    return { name, verb, own, program: [], guestArguments: [] };
  }
  const valued = verb.flags
    .map((flag) => `--${flag}`)
    .filter((flag) => !SPELLED_OUT.has(flag));
  return {
    name,
    verb,
    ...splitAtProgram(rest, new Set(valued), verb.programs),
  };
}

function parseFlags(
  args: readonly string[],
  verb: Verb | undefined,
): Record<string, unknown> {
  const flags = [...verb?.flags ?? []];
  return parseArgs(spellOut(args), {
    boolean: [...SWITCHES],
    string: ["_", ...flags],
    // Also flags that may be given only once: the parser would silently keep
    // the last.
    collect: flags,
    unknown: (arg: string, key?: string) => {
      if (key !== undefined) throw unknownFlag(arg, verb);
    },
  });
}

function spellOut(args: readonly string[]): string[] {
  const flags = flagsOf(args);
  for (const flag of flags) {
    const [name = ""] = flag.split("=", 1);
    if (flag !== name && isSwitch(name)) {
      throw new UsageError(`Cannot use ${quote(flag)}: ${name} takes no value`);
    }
  }
  return [
    ...flags.map((arg) => SPELLED_OUT.get(arg) ?? arg),
    ...args.slice(flags.length),
  ];
}

function isSwitch(flag: string): boolean {
  return [...SWITCHES, ...VERB_SWITCHES].some((one) => `--${one}` === flag);
}

/** The arguments before `--`, which ends the flags. */
function flagsOf(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return end < 0 ? args : args.slice(0, end);
}

function flagValues(
  parsed: Record<string, unknown>,
  names: readonly string[],
): FlagValues {
  const flags = new Map<string, readonly string[]>();
  for (const name of names) {
    const values = parsed[name] as readonly string[];
    if (values.includes("")) {
      throw new UsageError(`Cannot use --${name}: its value is missing`);
    }
    if (values.length > 1 && !REPEATABLE_FLAGS.has(name)) {
      const shown = values.map(quote).join(" and ");
      throw new UsageError(`Cannot use --${name} more than once: ${shown}`);
    }
    flags.set(name, values);
  }
  return flags;
}

function checkOperands(
  verb: Verb,
  name: string,
  operands: readonly string[],
): void {
  // An empty one usually comes from an unset shell variable.
  const missing = verb.operands.find((_, i) => !operands[i]);
  if (missing !== undefined) {
    throw new UsageError(`Cannot ${name}: ${missing} is missing, see --help`);
  }
  const extra = operands[verb.operands.length];
  if (extra !== undefined && !verb.takesMore) {
    throw new UsageError(
      `Cannot ${name}: ${quote(extra)} is an extra argument, see --help`,
    );
  }
}

function noVerb(name: string): UsageError {
  const what = name === "" ? "No verb given" : `${quote(name)} is not a verb`;
  const verbs = [...VERBS.keys()].join(", ");
  return new UsageError(
    `${what}, the first argument is one of ${verbs}; see --help`,
  );
}

function unknownFlag(arg: string, verb: Verb | undefined): UsageError {
  const flags = verb ? [...verb.flags, ...SWITCHES] : ["help", "version"];
  const known = flags.map((flag) => `--${flag}`).join(", ");
  return new UsageError(`Unknown flag ${quote(arg)}, there are ${known}`);
}
