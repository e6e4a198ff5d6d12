/** Converts learned grants to a `sandbox.json`. */

import type { JsonValue } from "../../config/json_value.ts";
import { placeIn } from "../../host/grants/real_folder.ts";
import type { Learned } from "./learn.ts";
import type { Proposal } from "./proposal.ts";

/** What the file contains besides the grants. */
export interface LearnedTool {
  /** The path or URL of the module, as written to the file. */
  readonly source: string;
  /** Limits that differ from the defaults; none by default. */
  readonly limits?: { readonly [name: string]: JsonValue };
  /** The folder of the file: paths inside it are written relative to it. */
  readonly folder?: string;
}

/**
 * Builds the content of a `sandbox.json`: the accepted grants, and for each of
 * them the requests that led to it and their count.
 *
 * @param learned The result of {@linkcode learn}.
 * @param tool What the file says about the tool.
 * @returns plain data, for `JSON.stringify`.
 */
export function learnedFile(
  { grants }: Pick<Learned, "grants">,
  { source, limits, folder }: LearnedTool,
): { readonly [name: string]: JsonValue } {
  const folders = grants.filter((one) => one.kind === "folder");
  const hosts = grants.filter((one) => one.kind === "host");
  const allowedPaths = Object.fromEntries(
    folders.map(({ guest, host, access }) => {
      const path = named(host, folder);
      return [
        guest,
        access === "overlay" ? { host: path, overlay: true } : path,
      ];
    }),
  );
  const granted = {
    ...folders.length > 0 && { allowedPaths },
    ...hosts.length > 0 && { allowNetwork: hosts.map(({ host }) => host) },
  };
  return {
    tools: [{
      source,
      ...limits && Object.keys(limits).length > 0 && { limits },
      ...grants.length > 0 && { grants: granted, reasons: reasonsOf(grants) },
    }],
  };
}

function reasonsOf(grants: readonly Proposal[]): { [name: string]: string } {
  return Object.fromEntries(
    grants.map((grant) => [
      grant.kind === "folder" ? grant.guest : grant.host,
      grant.reasons.map(({ asked, count }) =>
        count === 1 ? asked : `${asked} (${count} times)`
      ).join(", "),
    ]),
  );
}

function named(host: string, folder: string | undefined): string {
  const place = folder === undefined ? undefined : placeIn(folder, host);
  return place === undefined ? host : place === "" ? "." : place;
}
