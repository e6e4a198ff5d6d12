/** Quotes untrusted text (from a guest, a server or a user) in messages. */

const MOST_CHARACTERS = 100;

/**
 * Control characters, lone surrogates, bidirectional formatting characters, and
 * what people do not see but a model reads: zero-width spaces, fillers, tags.
 */
export const UNPRINTABLE: RegExp =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;

/**
 * A value for a message: text is quoted, so that it can't pass for our own
 * words, and everything is truncated, so that it can't flood a log.
 */
export function quote(value: unknown): string {
  return typeof value === "string"
    ? escaped(JSON.stringify(shortened(value, MOST_CHARACTERS)))
    : oneLine(String(value), MOST_CHARACTERS);
}

/** The text with unprintable characters replaced by JSON escapes. */
export function escaped(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (sign) =>
      sign.replace(
        /[^]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
      ),
  );
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
