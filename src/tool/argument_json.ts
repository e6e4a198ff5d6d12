/** Serializes arguments to JSON, the form in which every tool receives them. */

/**
 * Serializes the arguments of a call.
 *
 * @throws {TypeError} when they are not JSON, or nested too deeply.
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
    // V8 serializes recursively, and overflows at a depth that it still parses.
    if (!(error instanceof RangeError)) throw error;
    throw new TypeError(
      "Cannot call tool: the arguments are nested too deeply",
    );
  }
}
