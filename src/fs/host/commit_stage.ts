/** Names for what a commit keeps in a folder until it is done. */

import { OWN_PREFIX } from "./own_names.ts";

/** What all of them begin with, in one commit. */
export function stagePrefix(): string {
  return `${COMMIT_PREFIX}${crypto.randomUUID()}-`;
}

/** What those of every commit begin with. */
export const COMMIT_PREFIX: string = `${OWN_PREFIX}commit-`;
