/** A mistake in how the runner was called: told, never traced. */

/** The command line, or what it names, can't be used. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A value of the command line in a message: told apart from the text, cut. */
export function quote(value: string): string {
  return JSON.stringify(
    value.length > 100 ? `${value.slice(0, 100)}…` : value,
  );
}
