/** The parts of a sandbox that all of its calls share. */

import type { SandboxConfig } from "../config/sandbox_config.ts";
import { SandboxClosed } from "../errors.ts";
import { checkFolder } from "../host/grants/existing_folder.ts";
import { GrantedFolders } from "../host/grants/granted_folders.ts";
import { systemGrants } from "../host/grants/system_grants.ts";
import { workerPermissions } from "../host/grants/worker_permissions.ts";
import { Network } from "../host/network/network.ts";
import { networkOptions } from "../host/network/network_options.ts";
import { overlayBytes } from "../host/overlay/overlay_bytes.ts";
import { OverlayCommits } from "../host/overlay/overlay_commits.ts";
import { SpillFolders } from "../host/overlay/spill_folders.ts";
import { WorkerPool } from "../host/pool/worker_pool.ts";
import { SessionWorkers } from "../host/sessions/session_workers.ts";
import { Timer } from "../timer.ts";
import { Changes } from "./changes/changes.ts";
import type { OverlayStates } from "./changes/overlay.ts";
import { ModuleStore } from "./module_store.ts";

/** The parts of one sandbox, for its whole lifetime. */
export class SandboxParts {
  readonly config: SandboxConfig;
  readonly folders: GrantedFolders;
  readonly network: Network;
  readonly pool: WorkerPool;
  readonly sessions: SessionWorkers;
  readonly modules: ModuleStore;
  readonly #commits: OverlayCommits;
  readonly #spills: SpillFolders;
  #isClosed = false;

  /**
   * @throws {PermissionDenied} when this process lacks a permission that the
   * configuration grants.
   * @throws {TypeError} for a grant that is not a folder, or a cache or spill
   * folder that other users may write to.
   */
  constructor(config: SandboxConfig) {
    this.config = config;
    const grants = systemGrants(config);
    // Checked first, as anchors are created only for granted folders.
    workerPermissions(grants.directories);
    for (const { host } of grants.directories) checkFolder(host);
    this.network = new Network(networkOptions(config));
    this.#spills = new SpillFolders(grants.directories);
    let folders: GrantedFolders | undefined;
    try {
      const described = this.#spills.described(grants.directories);
      this.folders = folders = new GrantedFolders(described);
      this.#spills.hold();
      this.modules = new ModuleStore(config);
    } catch (error) {
      this.#spills.close();
      folders?.release();
      throw error;
    }
    this.#commits = new OverlayCommits(this.folders, grants.shared);
    const { directories } = this.folders;
    const { maxMemoryBytes, maxResultBytes, maxSessions } = config;
    const { maxWorkers, maxQueuedCalls } = config;
    const workers = {
      permissions: workerPermissions(directories),
      grants: { ...grants, directories },
      network: this.network,
      maxRequestBytes: Math.min(maxMemoryBytes, 2 ** 30) +
        overlayBytes(directories),
      maxResultBytes,
    };
    this.sessions = new SessionWorkers(workers, maxSessions);
    this.pool = new WorkerPool({ ...workers, maxWorkers, maxQueuedCalls });
  }

  /** Whether it was closed. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** @throws {SandboxClosed} when it was closed. */
  checkOpen(): void {
    if (this.#isClosed) throw closedError();
  }

  /**
   * Starts a worker ahead of a call. That blocks this thread for some 12 ms, so
   * with `after` it waits until other work was handed over.
   */
  warmPool(after: boolean): void {
    if (after) new Timer(0, () => this.#isClosed || this.pool.warm());
    else this.pool.warm();
  }

  /** The changes that a call left in overlays, to commit or drop. */
  changesOf(states: OverlayStates, onSettled?: () => void): Changes {
    const { directories } = this.folders;
    this.#spills.keep(states);
    return new Changes({
      states,
      commits: this.#commits,
      hostOf: (guest) =>
        directories.find((one) => one.guest === guest)?.host ?? guest,
      onSettled: () => {
        onSettled?.();
        this.#spills.settled(states);
      },
    });
  }

  /**
   * Records that a call begins with the overlay state of earlier calls.
   *
   * @returns a function to call when it has ended and its changes are known.
   */
  callBegins(before: OverlayStates): () => void {
    return this.#spills.begin(before);
  }

  /** Stops running calls and ends the workers. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const unloading = this.modules.close();
    await Promise.all([this.pool.close(), this.sessions.close(), unloading]);
    await this.network.close();
    this.folders.release();
    this.#spills.close();
  }
}

/** The error of every operation on a closed sandbox. */
export function closedError(): SandboxClosed {
  return new SandboxClosed("Sandbox is closed");
}
