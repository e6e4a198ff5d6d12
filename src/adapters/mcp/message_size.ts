/**
 * Limits the parts of a message that the MCP package validates member by
 * member, synchronously: it takes a microsecond or more for each.
 */

/** Maximum number of values in a body, excluding tool arguments. */
const MOST_VALUES = 5_000;
/** Maximum number of named arguments, over all messages of a body. */
const MOST_ARGUMENTS = 10_000;

/** Why a parsed body is refused; undefined if it is accepted. */
export function whyTooMany(body: unknown): string | undefined {
  const messages = Array.isArray(body) ? body : [body];
  const waiting: unknown[] = [];
  let [values, named] = [0, 0];
  for (const message of messages) {
    if (++values > MOST_VALUES) return TOO_MANY_VALUES;
    const params = memberOf(message, "params");
    const args = memberOf(params, "arguments");
    for (const _ in args) if (++named > MOST_ARGUMENTS) return TOO_MANY_NAMED;
    waiting.push(message);
    while (waiting.length > 0) {
      const value = waiting.pop();
      if (typeof value !== "object" || value === null) continue;
      for (const name in value) {
        if (++values > MOST_VALUES) return TOO_MANY_VALUES;
        const member = (value as Members)[name];
        if (member !== args || value !== params) waiting.push(member);
      }
    }
  }
  return undefined;
}

type Members = { readonly [name: string]: unknown };

const TOO_MANY_VALUES =
  `it has more than ${MOST_VALUES} values beside the arguments of tools`;
const TOO_MANY_NAMED = `it has more than ${MOST_ARGUMENTS} arguments`;

function memberOf(value: unknown, name: string): Members | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const member = Object.hasOwn(value, name) ? (value as Members)[name] : null;
  return typeof member === "object" && member !== null
    ? member as Members
    : undefined;
}
