/** Commits and describes overlay changes, in threads. */

import type {
  GrantedDirectory,
  SharedFolders,
} from "../../contract/system_grants.ts";
import { ExecutionFailed, SandboxClosed, WorkerLost } from "../../errors.ts";
import { COMMIT_PREFIX, stagePrefix } from "../../fs/host/commit_stage.ts";
import type { CommitReport } from "../../fs/overlay/commit_report.ts";
import {
  listChanges,
  type OverlayChange,
} from "../../fs/overlay/list_changes.ts";
import { decodeState } from "../../fs/overlay/overlay_state.ts";
import { startBackgroundWorker } from "../background_worker.ts";
import type { GrantedFolders } from "../grants/granted_folders.ts";
import { workerPermissions } from "../grants/worker_permissions.ts";
import { within } from "../within.ts";
import type { OverlayJob, OverlayReply } from "./overlay_job.ts";

export type { CommitReport, OverlayChange };

const NOTHING: Uint8Array = new Uint8Array();
/** A commit is bounded by the limits of its overlay; this is a last resort. */
const COMMIT_MS = 600_000;
/** How many links are created before yielding to the event loop. */
const LINKS_AT_ONCE = 100;

/** Lists the changes of a saved overlay; empty if the bytes are invalid. */
export function changesIn(state: Uint8Array): readonly OverlayChange[] {
  const decoded = decodeState(state);
  return decoded ? listChanges(decoded) : [];
}

/** Commits overlay changes to the folders of one sandbox. */
export class OverlayCommits {
  readonly #folders: GrantedFolders;
  readonly #shared: SharedFolders;

  constructor(folders: GrantedFolders, shared: SharedFolders) {
    this.#folders = folders;
    this.#shared = shared;
  }

  /**
   * Commits the changes of one overlay.
   *
   * @param guest The guest path of the folder.
   * @param only The places whose changes are selected; all by default.
   * @throws {PermissionDenied} when this process may not write to the folder.
   * @throws {SandboxClosed} when the sandbox is closed.
   */
  async commit(
    guest: string,
    state: Uint8Array,
    only: readonly string[] | undefined,
  ): Promise<CommitReport> {
    const directory = this.#folders.toWrite(guest) ?? closed();
    const job = this.#job("commit", directory, state, only);
    const reply = await perform(job);
    if (reply.kind !== "committed") {
      throw new WorkerLost("Overlay thread failed");
    }
    const report = await this.#withLinks(directory, reply.report);
    const missing = new Set(report.conflicts.map(({ place }) => place));
    const times = report.times.filter(({ place }) => !missing.has(place));
    if (times.length === 0) return report;
    const set = await perform({
      ...job,
      kind: "times",
      state: NOTHING,
      times,
    });
    if (set.kind !== "set") throw new WorkerLost("Overlay thread failed");
    return { ...report, conflicts: [...report.conflicts, ...set.conflicts] };
  }

  /** Describes the changes of one overlay as a patch. */
  async diff(
    guest: string,
    state: Uint8Array,
    only: readonly string[] | undefined,
  ): Promise<string> {
    const directory = this.#folders.toRead(guest) ?? closed();
    const reply = await perform(this.#job("diff", directory, state, only));
    if (reply.kind !== "diff") throw new WorkerLost("Overlay thread failed");
    return reply.text;
  }

  /** The names of leftovers of interrupted commits in a folder. */
  async leftovers(guest: string): Promise<string[]> {
    const directory = this.#folders.toRead(guest) ?? closed();
    const left: string[] = [];
    for await (const { name } of Deno.readDir(directory.host)) {
      if (name.startsWith(COMMIT_PREFIX)) left.push(name);
    }
    return left.sort();
  }

  #job(
    kind: OverlayJob["kind"],
    directory: GrantedDirectory,
    state: Uint8Array,
    only: readonly string[] | undefined,
  ): OverlayJob {
    return {
      kind,
      state,
      only,
      directory,
      stagePrefix: stagePrefix(),
      shared: this.#shared,
    };
  }

  /**
   * Creates symbolic links here, as that requires unscoped permissions, which
   * no thread has.
   */
  async #withLinks(
    directory: GrantedDirectory,
    report: CommitReport,
  ): Promise<CommitReport> {
    if (report.links.length === 0) return report;
    // Loaded on demand: few need it, and it is most of the file system code.
    const { HeldDirectories } = await import(
      "../../fs/host/held_directories.ts"
    );
    const { makeLink } = await import("../../fs/host/make_link.ts");
    const { reasonOf } = await import("../../fs/overlay/commit_report.ts");
    const conflicts = [...report.conflicts];
    const held = new HeldDirectories(this.#shared.held);
    for (const [index, link] of report.links.entries()) {
      const { place, target, sameAs } = link;
      if (index % LINKS_AT_ONCE === LINKS_AT_ONCE - 1) await eventLoopTurn();
      const code = makeLink(directory, place, target, held, sameAs);
      if (code === undefined) continue;
      const reason = code === "ENOTSUP"
        ? "this process may not make links: it lacks --allow-read and --allow-write for everything"
        : reasonOf(code);
      conflicts.push({ place, reason });
    }
    return { ...report, conflicts };
  }
}

async function perform(job: OverlayJob): Promise<OverlayReply> {
  const permissions = workerPermissions([job.directory], true);
  const url = new URL("./overlay_worker.ts", import.meta.url);
  const worker = startBackgroundWorker(url, permissions);
  const { promise, resolve, reject } = Promise.withResolvers<OverlayReply>();
  worker.onmessage = ({ data }: MessageEvent<OverlayReply>) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new ExecutionFailed(`Overlay thread failed: ${event.message}`));
  };
  try {
    worker.postMessage(job);
    if (!await within(COMMIT_MS, promise.then(() => {}))) {
      throw new WorkerLost(`Overlay thread did not end in ${COMMIT_MS} ms`);
    }
    return await promise;
  } finally {
    worker.terminate();
  }
}

function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function closed(): never {
  throw new SandboxClosed("Sandbox is closed");
}
