/** Text of a guest, a server or a person in a message. */

const MOST_CHARACTERS = 100;

/**
 * A value for a message: text is quoted, so that it can't pass for ours, and
 * everything is cut, so that it can't flood a log.
 */
export function quote(value: unknown): string {
  return typeof value === "string"
    ? JSON.stringify(shortened(value, MOST_CHARACTERS))
    : shortened(String(value), MOST_CHARACTERS);
}

/** At most so many characters of a text, with a mark where some are missing. */
export function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
