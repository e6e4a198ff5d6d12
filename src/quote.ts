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

/**
 * A text of the engine's, which quotes a guest's names by itself: on one line,
 * without characters that turn its direction, and cut.
 */
export function oneLine(text: string, most: number): string {
  // deno-lint-ignore no-control-regex -- those are what is looked for
  const unwanted = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;
  return shortened(text, most).replace(unwanted, "?");
}

/** At most so many characters of a text, with a mark where some are missing. */
export function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
