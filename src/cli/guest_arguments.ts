/** A guest's part of the command line: the runner reads none of it. */

/** The arguments of a verb that runs a program, taken apart. */
export interface SplitArguments {
  /** What is the runner's: flags. */
  readonly own: readonly string[];
  /** The program, or nothing when none is named. */
  readonly program: readonly string[];
  /** What the guest gets, whatever it looks like. */
  readonly guestArguments: readonly string[];
}

const END = "--";

/**
 * Splits at the first argument that is neither a flag nor the value of one. One
 * `--` before the program ends the flags, and one right behind it is dropped.
 *
 * @param valued The flags whose value may be the next argument.
 * @param programs What is a program, though it looks like a flag.
 */
export function splitAtProgram(
  args: readonly string[],
  valued: ReadonlySet<string>,
  programs: readonly string[] = [],
): SplitArguments {
  let at = 0;
  while (isFlag(args[at]) && !programs.includes(args[at]!)) {
    at += valued.has(args[at]!) ? 2 : 1;
  }
  const own = args.slice(0, at);
  if (args[at] === END) at++;
  const behind = args[at + 1] === END ? at + 2 : at + 1;
  return {
    own,
    program: args.slice(at, at + 1),
    guestArguments: args.slice(behind),
  };
}

function isFlag(arg: string | undefined): boolean {
  return arg !== undefined && arg.startsWith("-") && arg !== END;
}
