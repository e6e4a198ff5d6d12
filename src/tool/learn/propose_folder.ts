/** Chooses the host folder to propose for a refused path. */

import type { DeniedFile, FileOperation } from "../../channel/denied_file.ts";
import { dirname, join } from "../../config/host_path.ts";
import {
  type FolderAnswer,
  proposableFolder,
} from "../../host/grants/proposable_folder.ts";
import { placeIn } from "../../host/grants/real_folder.ts";
import { isSecretName } from "../../host/grants/secret_names.ts";
import { askedFor, type FolderProposal, type Withheld } from "./proposal.ts";

/** What the proposals for folders depend on. */
export interface Surroundings {
  /** The base folder, with symbolic links resolved. */
  readonly base: string;
  /** The user's home, which is never proposed as a whole. */
  readonly home: string | undefined;
  /** The folders accepted so far. */
  readonly accepted: readonly FolderProposal[];
}

const LOOKING: ReadonlySet<FileOperation> = new Set(["read", "list", "stat"]);

/** The proposal, or why none is made. */
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
  // Names that are displayed differently from what they are.
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

/** The folder with read access in which the guest wants to write. */
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
  // Removing or renaming an entry is a write to its parent folder.
  const isItself = found.folder === host && operation === "times";
  const folder = isItself || isFolder ? found.folder : dirname(host);
  return {
    guest: folder === host ? path : dirname(path),
    host: folder,
    isInBase: known.isInBase,
  };
}

type Found = Pick<FolderProposal, "guest" | "host" | "isInBase">;

/** Resolves a path in the base folder, or as an absolute host path. */
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
