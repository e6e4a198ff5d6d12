/** A usage error of the runner, reported without a stack trace. */

/** The command line, or something that it names, can't be used. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
