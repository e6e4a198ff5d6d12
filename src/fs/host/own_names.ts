/** The sandbox's own names in folders, which guests never see. */

/** The prefix of the sandbox's own files and folders. */
export const OWN_PREFIX = ".cortexai-sandbox-";

const OWN_NAME = /(^|\/)\.cortexai-sandbox-/i;

/** Whether a place is the sandbox's own, or below one. */
export function isOwnPlace(place: string): boolean {
  return place.includes(".") && OWN_NAME.test(place);
}
