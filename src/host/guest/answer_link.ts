/** Makes links that guests ask for, which their workers may not make. */

import type { Question, Reply } from "../../channel/questions.ts";
import type { GrantedDirectory } from "../../channel/messages.ts";
import { encodeOutcome } from "../../fs/error_code.ts";
import { makeLink } from "../../fs/host/make_link.ts";

const EINVAL: Reply = { value: encodeOutcome("EINVAL") };

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Answers a question for a link with what came of it.
 *
 * What the worker says is not believed: the directory must be one that was
 * granted, and the link is checked again.
 */
export function answerLink(
  { payload }: Question,
  directories: readonly GrantedDirectory[],
): Reply {
  const wanted = readWanted(payload);
  const directory = directories.find(({ host }) => host === wanted?.host);
  if (!wanted || !directory) return EINVAL;
  return {
    value: encodeOutcome(makeLink(directory, wanted.place, wanted.target)),
  };
}

interface WantedLink {
  readonly host: string;
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
  const { host, place, target } = wanted ?? {};
  return typeof host === "string" && typeof place === "string" &&
      typeof target === "string"
    ? { host, place, target }
    : undefined;
}
