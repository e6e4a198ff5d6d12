/**
 * Granted directories with link anchors, where this process can make them: then
 * the kernel itself refuses to follow any link below them.
 */

import type { GrantedDirectory } from "../../channel/messages.ts";
import { createLinkAnchor } from "./link_anchor.ts";
import { isGranted } from "./worker_permissions.ts";

/** Directories, with what has to be removed when they are used no more. */
export class AnchoredDirectories {
  /** The directories, those with an anchor saying so. */
  readonly directories: readonly GrantedDirectory[];
  readonly #folders: string[] = [];
  readonly #remove: () => void = () => this.remove();

  constructor(directories: readonly GrantedDirectory[]) {
    this.directories = directories.map((one) => this.#anchored(one));
    // A process that forgets its sandbox leaves nothing behind either.
    if (this.#folders.length > 0) addEventListener("unload", this.#remove);
  }

  /** Removes the anchors. */
  remove(): void {
    removeEventListener("unload", this.#remove);
    for (const folder of this.#folders.splice(0)) {
      try {
        Deno.removeSync(folder, { recursive: true });
      } catch {
        // Somebody else has tidied up; nothing of ours is lost.
      }
    }
  }

  #anchored(directory: GrantedDirectory): GrantedDirectory {
    // Deno makes links for unscoped permissions only.
    if (!isGranted("read") || !isGranted("write")) return directory;
    const anchorFolder = Deno.realPathSync(
      Deno.makeTempDirSync({ prefix: "cortexai-sandbox-" }),
    );
    this.#folders.push(anchorFolder);
    const anchor = createLinkAnchor(anchorFolder, directory.host);
    return anchor === undefined
      ? directory
      : { ...directory, anchor, anchorFolder };
  }
}
