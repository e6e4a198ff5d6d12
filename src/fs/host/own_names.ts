/** Names that the sandbox itself uses in folders, which guests never see. */

/** What the names of the sandbox's own files and folders begin with. */
export const OWN_PREFIX = ".cortexai-sandbox-";

const OWN_NAME = /(^|\/)\.cortexai-sandbox-/i;

/** Whether a place is one of the sandbox's own, or below one. */
export function isOwnPlace(place: string): boolean {
  return place.includes(".") && OWN_NAME.test(place);
}
