/** How a wrong option is reported: its name, what was expected, the value. */

/** An option whose value is impossible. */
export function outOfRange(
  option: string,
  value: unknown,
  wanted: string,
): RangeError {
  return new RangeError(
    `Cannot set ${option}: expected ${wanted}, got ${quote(value)}`,
  );
}

/** A value in an error message: short, and told apart from the text. */
export function quote(value: unknown): string {
  const text = typeof value === "string"
    ? JSON.stringify(value)
    : String(value);
  return text.slice(0, 100);
}
