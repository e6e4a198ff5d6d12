/** Creates symbolic links for guests whose workers may not. */

import type { Question, Reply } from "../../channel/questions.ts";
import type { SystemGrants } from "../../contract/system_grants.ts";
import { encodeOutcome } from "../../fs/error_code.ts";
import { HeldDirectories } from "../../fs/host/held_directories.ts";
import { makeLink } from "../../fs/host/make_link.ts";

const EINVAL: Reply = { value: encodeOutcome("EINVAL") };

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Answers a guest's request for a link.
 *
 * The worker's request is not trusted: the directory must be granted, and the
 * link is checked again. The directory is identified by guest path, since one
 * folder may be granted twice with different rights.
 */
export function answerLink(
  { payload }: Question,
  { directories, shared }: SystemGrants,
): Reply {
  const wanted = readWanted(payload);
  const directory = directories.find(({ guest }) => guest === wanted?.guest);
  if (!wanted || !directory) return EINVAL;
  const { place, target } = wanted;
  const held = new HeldDirectories(shared.held);
  return { value: encodeOutcome(makeLink(directory, place, target, held)) };
}

interface WantedLink {
  readonly guest: string;
  readonly place: string;
  readonly target: string;
}

function readWanted(payload: Uint8Array): WantedLink | undefined {
  let value: unknown;
  try {
    value = JSON.parse(UTF8.decode(payload));
  } catch {
    return undefined;
  }
  const wanted = value as Partial<Record<keyof WantedLink, unknown>> | null;
  const { guest, place, target } = wanted ?? {};
  return typeof guest === "string" && typeof place === "string" &&
      typeof target === "string"
    ? { guest, place, target }
    : undefined;
}
