/** Names of a commit's temporary files. */

import { OWN_PREFIX } from "./own_names.ts";

/** The prefix of one commit's names. */
export function stagePrefix(): string {
  return `${COMMIT_PREFIX}${crypto.randomUUID()}-`;
}

/** The prefix of all commits' names. */
export const COMMIT_PREFIX: string = `${OWN_PREFIX}commit-`;
