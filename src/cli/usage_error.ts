/** A mistake in how the runner was called: told, never traced. */

/** The command line, or what it names, can't be used. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
