/**
 * Entry point of an overlay thread, which commits or describes changes. It may
 * read and write only their folder.
 */

import { EntryBudget } from "../../fs/entry_budget.ts";
import { fail } from "../../fs/error_code.ts";
import { FolderLocks } from "../../fs/host/folder_locks.ts";
import { HeldDirectories } from "../../fs/host/held_directories.ts";
import { HostFile } from "../../fs/host/host_file.ts";
import { HostFileSystem } from "../../fs/host/host_file_system.ts";
import { ExactTimes } from "../../fs/host/host_stat.ts";
import { OpenFiles } from "../../fs/host/open_files.ts";
import { commitChanges } from "../../fs/overlay/commit_changes.ts";
import { setLateTimes } from "../../fs/overlay/commit_report.ts";
import {
  decodeState,
  type OverlayState,
} from "../../fs/overlay/overlay_state.ts";
import { selectChanges } from "../../fs/overlay/select_changes.ts";
import { NO_PIECES, SpillReader } from "../../fs/overlay/spill/spill_reader.ts";
import { WriteBudget } from "../../fs/write_budget.ts";
import { StopPage } from "../../stop_page.ts";
import { overlayDiff } from "./overlay_diff.ts";
import type { OverlayJob, OverlayReply } from "./overlay_job.ts";

/** The part of the worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<OverlayJob>) => void) | null;
  postMessage(message: OverlayReply): void;
  close(): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data }) => {
  scope.postMessage(reply(data));
  scope.close();
};

function reply(job: OverlayJob): OverlayReply {
  const tree = folderOf(job);
  if (job.kind === "times") {
    return { kind: "set", conflicts: setLateTimes(tree, job.times ?? []) };
  }
  const state = stateOf(job);
  const { spill } = job.directory;
  const pieces = spill === undefined ? NO_PIECES : new SpillReader(spill);
  if (job.kind === "diff") {
    return { kind: "diff", text: overlayDiff(tree, state, pieces) };
  }
  const folder = { tree, prefix: job.stagePrefix, pieces, setMode };
  return { kind: "committed", report: commitChanges(folder, state) };
}

function stateOf({ state, only }: OverlayJob): OverlayState {
  const all = decodeState(state);
  if (!all) throw new TypeError("The bytes are not a saved overlay");
  return only === undefined ? all : selectChanges(all, new Set(only));
}

function folderOf(
  { directory, stagePrefix, shared }: OverlayJob,
): HostFileSystem {
  const files = new OpenFiles();
  return new HostFileSystem({ ...directory, stagePrefix }, {
    // The overlay's own limits already bound the writes.
    budget: new WriteBudget(undefined),
    entries: new EntryBudget(Infinity),
    files,
    times: new ExactTimes(),
    broker: undefined,
    stop: new StopPage(),
    locks: new FolderLocks(shared.locks),
    held: new HeldDirectories(shared.held),
  });
}

function setMode(file: unknown, mode: number): void {
  if (!(file instanceof HostFile)) fail("ENOTSUP");
  file.setMode(mode);
}
