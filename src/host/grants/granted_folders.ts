/**
 * The granted folders of one sandbox, with link anchors if this process can
 * create them: then the kernel itself refuses to follow any symbolic link below
 * them.
 */

import type { GrantedDirectory } from "../../contract/system_grants.ts";
import { PermissionDenied } from "../../errors.ts";
import { OWN_PREFIX } from "../../fs/host/own_names.ts";
import { createLinkAnchor } from "./link_anchor.ts";
import { PROCESS_FOLDERS } from "./process_folders.ts";
import { placeIn, type RealFolder, realFolder } from "./real_folder.ts";
import { isGranted } from "./worker_permissions.ts";

/**
 * Possible locations of anchors: the temporary folder, and others in case that
 * is granted. An anchor is safe only where no grant leads to it.
 */
const ANCHOR_PLACES: readonly (string | undefined)[] = [
  undefined,
  "/var/tmp",
  "/run/lock",
  "/run",
];

/** The folders, and the resources to release with them. */
export class GrantedFolders {
  /** The directories, with everything that workers need to know. */
  readonly directories: readonly GrantedDirectory[];
  readonly #folders: readonly RealFolder[];
  readonly #anchors = new Map<string, RealFolder>();
  #isReleased = false;
  readonly #release: () => void = () => this.release();

  /**
   * @throws {PermissionDenied} when a folder is one of the sandbox's own.
   * @throws {RangeError} when this process has already granted too many.
   */
  constructor(directories: readonly GrantedDirectory[]) {
    this.#folders = directories.map(({ host }) => realFolder(host));
    this.#folders.forEach(refuseAnchors);
    try {
      this.#folders.forEach((folder) => PROCESS_FOLDERS.add(folder));
      this.directories = directories.map((directory, index) =>
        this.#described(directory, this.#folders[index]!, directories)
      );
    } catch (error) {
      this.release();
      throw error;
    }
    // Cleans up even if the process never closes its sandbox.
    if (this.#anchors.size > 0) addEventListener("unload", this.#release);
  }

  /** A folder as granted; undefined once the grants are revoked. */
  toRead(guest: string): GrantedDirectory | undefined {
    if (this.#isReleased) return undefined;
    return this.directories.find((directory) => directory.guest === guest);
  }

  /** The same as if granted for writing, to commit changes. */
  toWrite(guest: string): GrantedDirectory | undefined {
    const directory = this.toRead(guest);
    if (!directory) return undefined;
    const folder = this.#folders[this.directories.indexOf(directory)]!;
    return {
      ...directory,
      write: true,
      locks: PROCESS_FOLDERS.locksOf(folder),
      // Folders with an overlay may be changed this way too.
      readOnly: this.#readOnlyIn(
        folder,
        this.directories.map((one) =>
          one.overlay ? { ...one, write: true } : one
        ),
      ),
    };
  }

  /** Removes the anchors, and revokes the grants. */
  release(): void {
    this.#isReleased = true;
    removeEventListener("unload", this.#release);
    for (const [path, folder] of this.#anchors) {
      removeFolder(path);
      PROCESS_FOLDERS.removeAnchor(folder);
    }
    this.#anchors.clear();
    for (const folder of this.#folders) PROCESS_FOLDERS.remove(folder);
  }

  #described(
    directory: GrantedDirectory,
    folder: RealFolder,
    all: readonly GrantedDirectory[],
  ): GrantedDirectory {
    const { identity } = folder;
    return {
      ...directory,
      ...identity && { identity },
      ...directory.write && {
        locks: PROCESS_FOLDERS.locksOf(folder),
        readOnly: this.#readOnlyIn(folder, all),
      },
      ...this.#anchor(directory.host),
    };
  }

  /** The places in a folder that are granted read-only. */
  #readOnlyIn(
    { path }: RealFolder,
    all: readonly GrantedDirectory[],
  ): string[] {
    return all.flatMap(({ write }, index) => {
      const place = placeIn(path, this.#folders[index]!.path);
      // The same folder may be granted twice, with different rights.
      return write || place === undefined || place === "" ? [] : [place];
    });
  }

  #anchor(host: string): { anchor?: string; anchorFolder?: string } {
    // Deno creates symbolic links only with unscoped permissions.
    if (!isGranted("read") || !isGranted("write")) return {};
    const anchorFolder = this.#anchorFolder();
    if (anchorFolder === undefined) return {};
    const anchor = createLinkAnchor(anchorFolder, host);
    return anchor === undefined ? {} : { anchor, anchorFolder };
  }

  /** A new folder that no grant leads to, if possible. */
  #anchorFolder(): string | undefined {
    for (const place of ANCHOR_PLACES) {
      const path = makeFolder(place);
      if (path === undefined) continue;
      const folder = realFolder(path);
      if (PROCESS_FOLDERS.isReachable(folder)) {
        removeFolder(path);
        continue;
      }
      PROCESS_FOLDERS.addAnchor(folder);
      this.#anchors.set(path, folder);
      return path;
    }
    return undefined;
  }
}

function refuseAnchors(folder: RealFolder): void {
  if (!PROCESS_FOLDERS.isInAnchor(folder)) return;
  throw new PermissionDenied(
    `Cannot grant ${
      JSON.stringify(folder.path)
    }: it is reserved for the sandbox`,
  );
}

function makeFolder(place: string | undefined): string | undefined {
  try {
    const prefix = `${OWN_PREFIX}anchor-`;
    const dir = place === undefined ? {} : { dir: place };
    return Deno.realPathSync(Deno.makeTempDirSync({ prefix, ...dir }));
  } catch {
    return undefined;
  }
}

function removeFolder(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch {
    // Someone else has removed it already.
  }
}
