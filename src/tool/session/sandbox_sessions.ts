/** Opens a sandbox's sessions and takes its snapshots. */

import type { StateImage } from "../../contract/state_image.ts";
import { prepareCall } from "../call_request.ts";
import { START_CALL } from "../calls/bytes_call.ts";
import type { SandboxParts } from "../sandbox_parts.ts";
import {
  nextModuleId,
  type SandboxedModule,
  usesSystem,
  workerModule,
} from "../sandboxed_module.ts";
import {
  copiersOf,
  createSnapshot,
  type ModuleSnapshot,
} from "../snapshot/module_snapshot.ts";
import { readSnapshot } from "../snapshot/snapshot_file.ts";
import { runInit } from "./run_init.ts";
import {
  createSession,
  type SandboxSession,
  startSession,
} from "./sandbox_session.ts";
import {
  checkRollback,
  checkSessionOptions,
  checkSnapshotOptions,
  type SessionOptions,
  type SnapshotOptions,
} from "./session_options.ts";

/** The sessions and snapshots of one sandbox. */
export class SandboxSessions {
  readonly #parts: SandboxParts;
  readonly #forget: (snapshot: ModuleSnapshot) => void;

  /** @param forget Releases a snapshot's module. */
  constructor(
    parts: SandboxParts,
    forget: (snapshot: ModuleSnapshot) => void,
  ) {
    this.#parts = parts;
    this.#forget = forget;
  }

  /** Opens a session for a caller; it counts toward `maxSessions`. */
  async open(
    module: SandboxedModule,
    options: SessionOptions,
  ): Promise<SandboxSession> {
    return await this.#open(module, options, true);
  }

  /** Starts a module only to take its snapshot. */
  async snapshot(
    module: SandboxedModule,
    options: SnapshotOptions,
  ): Promise<ModuleSnapshot> {
    checkSnapshotOptions(options);
    const { init = [], ...rest } = options;
    const session = await this.#open(module, rest, false);
    try {
      for (const call of init) await runInit(session, call);
      return await session.snapshot();
    } finally {
      await session.close();
    }
  }

  /** Reads a serialized snapshot. */
  async load(
    module: SandboxedModule,
    bytes: Uint8Array,
  ): Promise<ModuleSnapshot> {
    this.#parts.checkOpen();
    this.#parts.modules.check(module);
    const { plan } = workerModule(module);
    const { maxMemoryBytes, memoryDirectories } = this.#parts.config;
    const granted = memoryDirectories
      .reduce((sum, one) => sum + one.maxBytes, 0);
    const image = await readSnapshot(bytes, {
      sha256: module.sha256,
      plan,
      maxFileBytes: Math.max(granted, maxMemoryBytes),
      hostDirectories: usesSystem(module)
        ? this.#parts.folders.directories.map(({ guest }) => guest)
        : [],
      memoryDirectories,
      maxDescriptors: this.#parts.config.maxDescriptors,
    });
    return this.#add(module, image);
  }

  async #open(
    module: SandboxedModule,
    options: SessionOptions,
    isCounted: boolean,
  ): Promise<SandboxSession> {
    this.#parts.checkOpen();
    this.#parts.modules.check(module);
    const idleMs = checkSessionOptions(options);
    const { args, env, files, rollback = false, idleTimeout: _, ...limits } =
      options;
    if (rollback && usesSystem(module)) checkRollback(this.#parts.config);
    const setup = prepareCall(
      START_CALL,
      undefined,
      { args, env, files },
      this.#parts.config,
    );
    const { module: code, plan, kept } = workerModule(module);
    const id = nextModuleId();
    const worker = await this.#parts.sessions.open({ id, module: code, plan }, {
      kept: kept ?? { image: undefined, copiers: copiersOf(plan) },
      meta: setup.meta,
      bundle: setup.payload,
      rollsBack: rollback,
    }, isCounted);
    const session = createSession({
      worker,
      module,
      id,
      config: this.#parts.config,
      options,
      idleMs,
      snapshot: (image) => this.#add(module, image),
      changesOf: (states, onSettled) =>
        this.#parts.changesOf(states, onSettled),
      callBegins: (before) => this.#parts.callBegins(before),
      open: (snapshot) =>
        this.#open(
          snapshot,
          { args, env, rollback, idleTimeout: idleMs },
          true,
        ),
      forget: (snapshot) => this.#forget(snapshot),
    });
    try {
      if (!kept) await startSession(session, limits);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  #add(module: SandboxedModule, image: StateImage): ModuleSnapshot {
    this.#parts.checkOpen();
    const snapshot = createSnapshot(
      module,
      image,
      this.#parts.config.memoryDirectories,
    );
    this.#parts.modules.add(snapshot, module);
    return snapshot;
  }
}
