/** Arguments as JSON, in which they reach every tool. */

/**
 * Writes the arguments of a call.
 *
 * @throws {TypeError} when they are not JSON, or too deep to be written.
 */
export function argumentJson(args: unknown): string {
  const json = write(args);
  if (json !== undefined) return json;
  throw new TypeError(
    `Cannot call tool: the arguments are not JSON, got ${typeof args}`,
  );
}

function write(args: unknown): string | undefined {
  try {
    return JSON.stringify(args);
  } catch (error) {
    // The engine writes recursively, and reads what is far deeper.
    if (!(error instanceof RangeError)) throw error;
    throw new TypeError(
      "Cannot call tool: the arguments are nested too deeply",
    );
  }
}
