/** The spill folders of one sandbox, and which files its overlays need. */

import { resolve } from "../../config/host_path.ts";
import type { GrantedDirectory } from "../../contract/system_grants.ts";
import { spilledNames } from "../../fs/overlay/overlay_state.ts";
import { SpillFolder } from "./spill_folder.ts";

/** Saved overlays by the guest path of their folder. */
type States = Readonly<Record<string, Uint8Array>>;

/** Does nothing if no overlay has a spill folder. */
export class SpillFolders {
  readonly #byDirectory = new Map<string, SpillFolder>();
  readonly #byGuest = new Map<string, SpillFolder>();
  /** The release functions of states' files, shared by all holders. */
  readonly #kept = new WeakMap<States, () => void>();
  readonly #forgotten: FinalizationRegistry<() => void> =
    new FinalizationRegistry((letGo) => letGo());

  /**
   * Creates a folder in each directory that overlays name.
   *
   * @throws {PermissionDenied} when this process may not read and write there.
   * @throws {TypeError} when other users may write there.
   */
  constructor(directories: readonly GrantedDirectory[]) {
    try {
      for (const { guest, overlay } of directories) {
        if (overlay?.spillDirectory === undefined) continue;
        const directory = resolve(String(overlay.spillDirectory));
        this.#byGuest.set(guest, this.#folder(directory));
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The directories, with the spill folders of their overlays. */
  described(directories: readonly GrantedDirectory[]): GrantedDirectory[] {
    return directories.map((directory) => {
      const folder = this.#byGuest.get(directory.guest);
      return folder ? { ...directory, spill: folder.path } : directory;
    });
  }

  /**
   * Keeps every guest away from them.
   *
   * @throws {PermissionDenied} when a granted folder leads there.
   */
  hold(): void {
    for (const folder of this.#byDirectory.values()) folder.hold();
  }

  /**
   * Keeps the files of states until they are committed, dropped or
   * garbage-collected.
   */
  keep(states: States): void {
    if (this.#byGuest.size === 0 || this.#kept.has(states)) return;
    const letGo = this.#keepFiles(states);
    this.#kept.set(states, letGo);
    this.#forgotten.register(states, letGo);
  }

  /** Removes the files of states that were committed or dropped. */
  settled(states: States): void {
    this.#kept.get(states)?.();
  }

  /**
   * Records that a call begins with the state of earlier ones.
   *
   * @returns a function to call when it has ended.
   */
  begin(before: States): () => void {
    if (this.#byGuest.size === 0) return () => {};
    const letGo = this.#keepFiles(before);
    const ends = [...this.#byDirectory.values()]
      .map((folder) => folder.begin());
    return () => {
      letGo();
      for (const end of ends) end();
    };
  }

  close(): void {
    for (const folder of this.#byDirectory.values()) folder.close();
  }

  #folder(directory: string): SpillFolder {
    const known = this.#byDirectory.get(directory);
    if (known) return known;
    const folder = new SpillFolder(directory);
    this.#byDirectory.set(directory, folder);
    return folder;
  }

  #keepFiles(states: States): () => void {
    const kept = Object.entries(states).map(([guest, state]) =>
      this.#byGuest.get(guest)?.keep(spilledNames(state))
    );
    return () => kept.forEach((letGo) => letGo?.());
  }
}
