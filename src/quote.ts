/** Text of a guest, a server or a person in a message. */

const MOST_CHARACTERS = 100;

/** Controls, halves of pairs, and what turns the reading direction around. */
export const UNPRINTABLE: RegExp =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A value for a message: text is quoted, so that it can't pass for ours, and
 * everything is cut, so that it can't flood a log.
 */
export function quote(value: unknown): string {
  return typeof value === "string"
    ? JSON.stringify(shortened(value, MOST_CHARACTERS))
    : shortened(String(value), MOST_CHARACTERS);
}

/**
 * A text of the engine's, which quotes a guest's names by itself: on one line,
 * without characters that turn its direction, and cut.
 */
export function oneLine(text: string, most: number): string {
  return shortened(text, most).replace(UNPRINTABLE, "?");
}

/** At most so many characters of a text, with a mark where some are missing. */
export function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
