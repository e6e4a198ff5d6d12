/** Writes what was learned as a sandbox.json. */

import type { JsonValue } from "../../config/json_value.ts";
import { placeIn } from "../../host/grants/real_folder.ts";
import type { Learned } from "./learn.ts";
import type { Proposal } from "./proposal.ts";

/** What the file is to say beside the grants. */
export interface LearnedTool {
  /** The path or URL of the module, as the file is to have it. */
  readonly source: string;
  /** Limits that differ from the defaults; none. */
  readonly limits?: { readonly [name: string]: JsonValue };
  /** The folder of the file: folders in it are named from there. */
  readonly folder?: string;
}

/**
 * Writes what was learned as the content of a `sandbox.json`: the grants that
 * were accepted, and for each of them which call asked for it, how often.
 *
 * @param learned What {@linkcode learn} found out.
 * @param tool What the file is to say of the tool.
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
