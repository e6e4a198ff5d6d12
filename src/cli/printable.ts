/**
 * Text for a terminal. What a guest says may hold escape sequences that move
 * the cursor, set the title or turn the reading direction around: they are
 * shown as `\u001b`, never sent.
 */

import { UNPRINTABLE } from "../quote.ts";

/** Text on one line. JSON stays the same JSON: the escapes are those of JSON. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escape);
}

/** Text that may have lines and tabs of its own. */
export function printableLines(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (char) => char === "\n" || char === "\t" ? char : escape(char),
  );
}

function escape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
