/** Which folder of the host to propose for a path that was refused. */

import type { DeniedFile, FileOperation } from "../../channel/denied_file.ts";
import { dirname, join } from "../../config/host_path.ts";
import {
  type FolderAnswer,
  proposableFolder,
} from "../../host/grants/proposable_folder.ts";
import { placeIn } from "../../host/grants/real_folder.ts";
import { isSecretName } from "../../host/grants/secret_names.ts";
import { askedFor, type FolderProposal, type Withheld } from "./proposal.ts";

/** Where a person keeps the files that a tool is to work on. */
export interface Surroundings {
  /** The base folder, without links. */
  readonly base: string;
  /** The person's home, which is never proposed whole. */
  readonly home: string | undefined;
  /** What was accepted so far. */
  readonly accepted: readonly FolderProposal[];
}

const LOOKING: ReadonlySet<FileOperation> = new Set(["read", "list", "stat"]);

/** The proposal, or why there is none. */
export function proposeFolder(
  denied: DeniedFile,
  around: Surroundings,
): FolderProposal | Withheld {
  const asked = askedFor(denied);
  const why = whyOdd(denied);
  if (why !== undefined) return { asked, why };
  const names = denied.path.split("/")
    .filter((name) => name !== "" && name !== ".");
  const reasons = [{ asked, count: denied.count }];
  const path = `/${names.join("/")}`;
  const hidden = names.find((name) => name.startsWith("."));
  if (hidden) return { asked, why: `${hidden} is hidden` };
  const secret = names.find(isSecretName);
  if (secret) return { asked, why: `${secret} may be a secret` };
  const found = denied.reason === "read-only"
    ? findGranted(denied, path, around)
    : find(denied, path, around);
  if ("why" in found) return { asked, why: found.why };
  const looks = LOOKING.has(denied.operation);
  return {
    kind: "folder",
    ...found,
    access: looks ? "read" : "overlay",
    reasons,
  };
}

function whyOdd({ path, reason }: DeniedFile): string | undefined {
  if (reason === "outside of grants") return "it leads out of what is granted";
  if (path.endsWith("…")) return "its name is too long";
  // Names that a person would not see as they are.
  if (/[\p{C}\p{Zl}\p{Zp}\\:]/u.test(path)) return "its name is odd";
  return path.split("/").includes("..") ? "it leads upwards" : undefined;
}

function granting(
  accepted: readonly FolderProposal[],
  path: string,
): FolderProposal | undefined {
  return accepted
    .filter(({ guest }) => placeIn(guest, path) !== undefined)
    .sort((a, b) => b.guest.length - a.guest.length)[0];
}

/** The part of what is granted for reading that is to be changed. */
function findGranted(
  { operation }: DeniedFile,
  path: string,
  { accepted, base, home }: Surroundings,
): Found | { readonly why: string } {
  const known = granting(accepted, path);
  if (!known) return { why: "it is granted for reading" };
  const host = join(known.host, placeIn(known.guest, path) ?? "");
  const isFolder = host === known.host;
  const found = proposableFolder(
    { path: host, isFolder, mayBeMissing: true },
    { base, home },
  );
  if ("why" in found) return found;
  // Removing or renaming something is up to the folder that it is in.
  const isItself = found.folder === host && operation === "times";
  const folder = isItself || isFolder ? found.folder : dirname(host);
  return {
    guest: folder === host ? path : dirname(path),
    host: folder,
    isInBase: known.isInBase,
  };
}

type Found = Pick<FolderProposal, "guest" | "host" | "isInBase">;

/** A path that begins in the base folder, or one of the host as it is. */
function find(
  { operation }: DeniedFile,
  path: string,
  { base, home }: Surroundings,
): Found | { readonly why: string } {
  const look = (host: string): FolderAnswer =>
    proposableFolder({
      path: host,
      isFolder: operation === "list",
      mayBeMissing: !LOOKING.has(operation),
    }, { base, home });
  const host = join(base, path);
  const below = look(host);
  if ("folder" in below) {
    const guest = below.folder === host ? path : dirname(path);
    return { guest, host: below.folder, isInBase: true };
  }
  const literal = look(path);
  if ("folder" in literal) {
    const { folder } = literal;
    const isInBase = placeIn(base, folder) !== undefined;
    return { guest: folder, host: folder, isInBase };
  }
  return below.isMissing ? literal : below;
}
