/** The parts of a host directory and its tree. */

import type { GrantedDirectory } from "../../contract/system_grants.ts";
import type { StopPage } from "../../stop_page.ts";
import type { EntryBudget } from "../entry_budget.ts";
import type { FolderLocks } from "./folder_locks.ts";
import type { HeldDirectories } from "./held_directories.ts";
import type { ExactTimes } from "./host_stat.ts";
import type { LinkBroker } from "./link_broker.ts";
import type { OpenFiles } from "./open_files.ts";
import type { WriteBudget } from "../write_budget.ts";

/** A host directory, as its tree is created. */
export interface HostDirectory extends GrantedDirectory {
  /** The prefix of those of the sandbox's own names that may be used. */
  readonly stagePrefix?: string;
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
