/** The environment variables of `--env`. */

import { UsageError } from "./usage_error.ts";
import { quote } from "../quote.ts";

/**
 * Parses `NAME=VALUE` flags. A value is never taken from the runner's own
 * environment: everything that a guest sees is on the command line.
 *
 * @throws {UsageError} when one lacks a name or a value, or is given twice.
 */
export function parseVariables(
  texts: readonly string[],
): Record<string, string> {
  const variables = new Map<string, string>();
  for (const text of texts) {
    const [name, value] = parseVariable(text);
    if (variables.has(name)) {
      throw wrong(text, `${quote(name)} is given twice`);
    }
    variables.set(name, value);
  }
  return Object.fromEntries(variables);
}

function parseVariable(text: string): [name: string, value: string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw wrong(
    text,
    at === 0
      ? "the name is empty, expected NAME=VALUE"
      : "expected NAME=VALUE; the runner's own variables are not passed on",
  );
}

function wrong(text: string, why: string): UsageError {
  return new UsageError(`Cannot use --env ${quote(text)}: ${why}`);
}
