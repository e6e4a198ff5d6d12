import type { StopPage } from "../../stop_page.ts";
import type { EntryBudget } from "../entry_budget.ts";
import type { FolderLocks } from "./folder_locks.ts";
import type { HeldDirectories } from "./held_directories.ts";
import type { ExactTimes, HostIdentity } from "./host_stat.ts";
import type { LinkBroker } from "./link_broker.ts";
import type { OverlayLimits } from "../overlay/overlay_file_system.ts";
import type { OpenFiles } from "./open_files.ts";
import type { WriteBudget } from "../write_budget.ts";

/** A directory of the host that a guest was granted. */
export interface HostDirectory {
  /** The name that the guest knows it by. */
  readonly guest: string;
  /** Its absolute path on the host, without links. */
  readonly host: string;
  readonly write: boolean;
  /** That guests change a layer over it, and what that may hold. */
  readonly overlay?: OverlayLimits;
  /** A path to it that uses up the links a path may have, if there is one. */
  readonly anchor?: string;
  /** What it was when it was granted; unknown for one that was not there. */
  readonly identity?: HostIdentity;
  /** The locks to hold for changes, ascending; none if nobody else is there. */
  readonly locks?: readonly number[];
  /** What names of the sandbox's own begin with that may be used after all. */
  readonly stagePrefix?: string;
  /** Places in it that are granted for reading only. */
  readonly readOnly?: readonly string[];
}

/** What the trees of one guest share. */
export interface HostFileSystemContext {
  readonly budget: WriteBudget;
  readonly entries: EntryBudget;
  readonly files: OpenFiles;
  readonly times: ExactTimes;
  readonly broker: LinkBroker | undefined;
  readonly stop: StopPage;
  readonly locks: FolderLocks;
  readonly held: HeldDirectories;
}
