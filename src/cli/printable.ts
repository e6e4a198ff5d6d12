/**
 * Text for a terminal. What a guest says may hold escape sequences that move
 * the cursor, set the title or turn the reading direction around: they are
 * shown as `\u001b`, never sent.
 */

import { escaped } from "../quote.ts";

/** Text on one line. JSON stays the same JSON: the escapes are those of JSON. */
export function printable(text: string): string {
  return escaped(text);
}

/** Text that may have lines and tabs of its own. */
export function printableLines(text: string): string {
  return text.split(/([\n\t])/).map((part, i) => i % 2 ? part : escaped(part))
    .join("");
}
