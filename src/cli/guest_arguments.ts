/**
 * Separates the guest's part of the command line, which the runner does not
 * interpret.
 */

/** The split arguments of a verb that runs a program. */
export interface SplitArguments {
  /** The runner's own arguments: flags. */
  readonly own: readonly string[];
  /** The program; empty if there is none. */
  readonly program: readonly string[];
  /** The guest's arguments, passed on unchanged. */
  readonly guestArguments: readonly string[];
}

const END = "--";

/**
 * Splits at the first argument that is neither a flag nor the value of one. A
 * `--` before the program ends the flags, and one right after it is dropped.
 *
 * @param valued The flags whose value may be the next argument.
 * @param programs Arguments that are programs although they look like flags.
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
