/**
 * The host folders that one guest is granted, with their overlays: the part of
 * WASI that needs `node:fs`, which takes 20 ms to load.
 */

import type { EntryBudget } from "../../fs/entry_budget.ts";
import type { FileClock } from "../../fs/file_clock.ts";
import { FolderLocks } from "../../fs/host/folder_locks.ts";
import { HeldDirectories } from "../../fs/host/held_directories.ts";
import { HostFileSystem } from "../../fs/host/host_file_system.ts";
import { ExactTimes } from "../../fs/host/host_stat.ts";
import type { LinkBroker } from "../../fs/host/link_broker.ts";
import { OpenFiles } from "../../fs/host/open_files.ts";
import { WriteBudget } from "../../fs/write_budget.ts";
import type { StopPage } from "../../stop_page.ts";
import type { GrantedFileSystem } from "./guest_root.ts";
import { Overlays } from "./overlays.ts";
import type { WasiOptions } from "./wasi_options.ts";

/** What the folders share with the rest of the guest's WASI. */
export interface FolderSurroundings {
  readonly entries: EntryBudget;
  readonly stop: StopPage;
  readonly clock: FileClock;
  readonly broker: LinkBroker | undefined;
}

/** The folders of one guest, in the order in which they were granted. */
export class HostFolders {
  readonly granted: readonly GrantedFileSystem[];
  readonly overlays: Overlays;
  readonly #files = new OpenFiles();

  constructor(
    { directories, limits, overlays = {}, shared }: WasiOptions,
    surroundings: FolderSurroundings,
  ) {
    this.overlays = new Overlays(overlays);
    const context = {
      ...surroundings,
      budget: new WriteBudget(limits.maxWriteBytes),
      files: this.#files,
      times: new ExactTimes(),
      locks: new FolderLocks(shared.locks),
      held: new HeldDirectories(shared.held),
    };
    this.granted = directories.map((directory) => ({
      guest: directory.guest,
      fileSystem: this.overlays
        .over(new HostFileSystem(directory, context), directory, context),
    }));
  }

  /** Closes whatever the guest left open. */
  close(): void {
    this.#files.closeAll();
    this.overlays.close();
  }
}
