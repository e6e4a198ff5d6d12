/**
 * Makes text safe for a terminal. A guest's text may contain escape sequences
 * that move the cursor or set the title, and bidirectional formatting: they are
 * shown as `\u001b` instead of being sent.
 */

import { escaped } from "../quote.ts";

/**
 * Makes text printable on one line. JSON stays equivalent, as JSON escapes are
 * used.
 */
export function printable(text: string): string {
  return escaped(text);
}

/** Makes text printable, preserving newlines and tabs. */
export function printableLines(text: string): string {
  return text.split(/([\n\t])/).map((part, i) => i % 2 ? part : escaped(part))
    .join("");
}
