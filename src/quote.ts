/** Quotes untrusted text (from a guest, a server or a user) in messages. */

const MOST_CHARACTERS = 100;

/**
 * Control characters, lone surrogates, and bidirectional formatting characters.
 */
export const UNPRINTABLE: RegExp =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A value for a message: text is quoted, so that it can't pass for our own
 * words, and everything is truncated, so that it can't flood a log.
 */
export function quote(value: unknown): string {
  return typeof value === "string"
    ? JSON.stringify(shortened(value, MOST_CHARACTERS))
    : shortened(String(value), MOST_CHARACTERS);
}

/**
 * An engine message, which may quote names chosen by a guest: made one line,
 * without bidirectional formatting characters, and truncated.
 */
export function oneLine(text: string, most: number): string {
  return shortened(text, most).replace(UNPRINTABLE, "?");
}

/** At most `most` characters of a text, with an ellipsis if some were cut. */
export function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
