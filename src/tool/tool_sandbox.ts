/** A sandbox: loads modules and runs calls in them, inside the limits. */

import type { CallOptions } from "../config/call_options.ts";
import type { SandboxConfig } from "../config/sandbox_config.ts";
import { type SandboxOptions, toConfig } from "../config/sandbox_options.ts";
import {
  type AnySandboxError,
  MemoryLimitExceeded,
  SandboxClosed,
  SandboxError,
} from "../errors.ts";
import { checkFolder } from "../host/grants/existing_folder.ts";
import { GrantedFolders } from "../host/grants/granted_folders.ts";
import { systemGrants } from "../host/grants/system_grants.ts";
import { workerPermissions } from "../host/grants/worker_permissions.ts";
import { Network } from "../host/network/network.ts";
import { networkOptions } from "../host/network/network_options.ts";
import { SessionWorkers } from "../host/sessions/session_workers.ts";
import type { StateImage } from "../contract/state_image.ts";
import { WorkerPool } from "../host/pool/worker_pool.ts";
import { decodeText } from "../pieces/decode_text.ts";
import { overlayBytes } from "../host/overlay/overlay_bytes.ts";
import { OverlayCommits } from "../host/overlay/overlay_commits.ts";
import { type ChangesOf, noRecord, toCallResult } from "./call_record.ts";
import { Changes } from "./changes/changes.ts";
import { Overlay, type OverlayStates, useOf } from "./changes/overlay.ts";
import {
  type NamedCallOptions,
  prepareCall,
  type PreparedCall,
} from "./call_request.ts";
import {
  type CallResult,
  type CallSuccess,
  failed,
  type RecordData,
  succeeded,
  valueOf,
} from "./call_result.ts";
import { BYTES_CALL, START_CALL } from "./calls/bytes_call.ts";
import { bytesInput } from "./bytes_input.ts";
import type { CallKind } from "./calls/call_kind.ts";
import {
  decodeNumbers,
  type Numbers,
  NUMERIC_CALL,
  numericInput,
} from "./calls/numeric_call.ts";
import { PROGRAM_CALL } from "./calls/program_call.ts";
import {
  type ModuleLoadOptions,
  type ModuleSource,
  readModuleSource,
} from "./module_source.ts";
import { ModuleStore } from "./module_store.ts";
import {
  checkProgram,
  type RunOptions,
  type RunResult,
} from "./program_run.ts";
import {
  exportSignature,
  moduleInfo,
  nextModuleId,
  type SandboxedModule,
  usesSystem,
  workerModule,
} from "./sandboxed_module.ts";
import { runInit } from "./session/run_init.ts";
import {
  createSession,
  type SandboxSession,
  startSession,
} from "./session/sandbox_session.ts";
import {
  checkRollback,
  checkSessionOptions,
  checkSnapshotOptions,
  type SessionOptions,
  type SnapshotOptions,
} from "./session/session_options.ts";
import {
  copiersOf,
  createSnapshot,
  type ModuleSnapshot,
} from "./snapshot/module_snapshot.ts";
import { readSnapshot } from "./snapshot/snapshot_file.ts";

/** Runs a call of any kind. */
export let callModule: <Input, Value>(
  sandbox: ToolSandbox,
  module: SandboxedModule,
  kind: CallKind<Input, Value>,
  input: Input,
  options: NamedCallOptions,
) => Promise<CallResult<Value>>;

const NOTHING: Uint8Array = new Uint8Array();

/** What a call is made over, and what becomes of what it leaves. */
interface CallOver {
  readonly before: OverlayStates;
  readonly changesOf: ChangesOf;
}

/**
 * Runs untrusted modules in workers of its own, with the permissions and
 * inside the limits of its configuration.
 *
 * ```ts
 * import { ToolSandbox } from "@cortexai/sandbox";
 *
 * await using sandbox = new ToolSandbox({ maxExecutionTime: 2_000 });
 * const module = await sandbox.loadModule(
 *   "fixtures/numeric/numeric.wasm"
 * );
 * console.log(await sandbox.execute(module, "add", [2, 3])); // [ 5 ]
 * ```
 */
export class ToolSandbox implements AsyncDisposable {
  /** The configuration that holds for every call. */
  readonly config: SandboxConfig;
  readonly #folders: GrantedFolders;
  readonly #pool: WorkerPool;
  readonly #sessions: SessionWorkers;
  readonly #network: Network;
  readonly #modules: ModuleStore;
  readonly #commits: OverlayCommits;
  #isClosed = false;

  static {
    callModule = (sandbox, module, kind, input, options) =>
      sandbox.#call(module, kind, input, options);
  }

  /**
   * Makes a sandbox; its workers start with the first module.
   *
   * @param config What is granted and where the limits are, as a configuration
   * or as plain options; the defaults when left out.
   * @throws {PermissionDenied} when this process lacks a permission that the
   * configuration grants; the message says what to add.
   * @throws {TypeError} for an option that does not exist or is impossible,
   * such as a grant of what is no folder.
   * @throws {RangeError} for a value outside of its range.
   */
  constructor(config?: SandboxConfig | SandboxOptions) {
    this.config = toConfig(config);
    const grants = systemGrants(this.config);
    // Asked first, since anchors are made for what is granted only.
    workerPermissions(grants.directories);
    for (const { host } of grants.directories) checkFolder(host);
    this.#network = new Network(networkOptions(this.config));
    this.#folders = new GrantedFolders(grants.directories);
    this.#commits = new OverlayCommits(this.#folders, grants.shared);
    const { directories } = this.#folders;
    const { maxMemoryBytes } = this.config;
    const workers = {
      permissions: workerPermissions(directories),
      grants: { ...grants, directories },
      network: this.#network,
      maxRequestBytes: Math.min(maxMemoryBytes, 2 ** 30) +
        overlayBytes(directories),
      maxResultBytes: this.config.maxResultBytes,
    };
    this.#sessions = new SessionWorkers(workers, this.config.maxSessions);
    this.#pool = new WorkerPool({
      ...workers,
      maxWorkers: this.config.maxWorkers,
      maxQueuedCalls: this.config.maxQueuedCalls,
    });
    this.#modules = new ModuleStore(this.config);
  }

  /** How many workers did not answer after a stop and were let go. */
  get lostWorkers(): number {
    return this.#pool.lostWorkers;
  }

  /**
   * Reads, checks, rewrites and compiles a module. The same bytes are compiled
   * once, also for other sandboxes with the same limits.
   *
   * @param source Bytes, a stream, a response, a blob, a path or a URL.
   * @param options The hash that it must have, and limits of the download.
   * @throws {CompilationFailed} when it is not a valid module, cannot be
   * bounded, or is not what `integrity` says.
   * @throws {MemoryLimitExceeded} when it declares more than the limit.
   * @throws {PermissionDenied} when this process may not read `source`.
   * @throws {SandboxClosed} after {@linkcode close}.
   */
  async loadModule(
    source: ModuleSource,
    options: ModuleLoadOptions = {},
  ): Promise<SandboxedModule> {
    this.#checkOpen();
    // What comes in pieces is waited for: a worker starts meanwhile.
    if (source instanceof ReadableStream) this.#pool.warm();
    const bytes = await readModuleSource(
      source,
      options,
      (size) => this.#modules.expect(size),
    );
    this.#checkOpen();
    // What has to be waited for longest is started first.
    const loading = this.#modules.load(bytes, options.integrity);
    this.#pool.warm();
    const module = await loading;
    if (workerModule(module).plan.usesHttp) this.#network.warm();
    return module;
  }

  /**
   * Lets go of a module: it can't be called any more, and its code is
   * collected when no other sandbox uses it. Calls in flight end as usual.
   *
   * @throws {ExecutionFailed} when this sandbox did not load it.
   */
  unloadModule(module: SandboxedModule): void {
    this.#modules.unload(module);
    this.#pool.forget(workerModule(module).id);
  }

  /**
   * Calls an exported function with numbers, in a fresh instance.
   *
   * @param input The arguments: concatenated little-endian i32 values.
   * @returns the results, concatenated and little-endian.
   * @throws {SandboxError} when the export is missing or of another type, when
   * the guest fails, or at a limit; its `result` has what the call used.
   */
  async execute(
    module: SandboxedModule,
    name: string,
    input?: Uint8Array,
    options?: CallOptions,
  ): Promise<Uint8Array>;
  /**
   * Calls an exported function with numbers, in a fresh instance.
   *
   * @param input The arguments, by the types of the parameters: i64 takes a
   * bigint or a whole number, i32, f32 and f64 take numbers.
   * @returns the results: i64 as bigint, all others as number.
   * @throws {SandboxError} when the export is missing or of another type, when
   * the guest fails, or at a limit; its `result` has what the call used.
   * @throws {TypeError} when an argument is not a number of its type.
   */
  async execute(
    module: SandboxedModule,
    name: string,
    input: Numbers,
    options?: CallOptions,
  ): Promise<(number | bigint)[]>;
  async execute(
    module: SandboxedModule,
    name: string,
    input: Uint8Array | Numbers = NOTHING,
    options: CallOptions = {},
  ): Promise<Uint8Array | (number | bigint)[]> {
    const signature = exportSignature(module, name);
    const numeric = numericInput(name, signature, input);
    const bytes = valueOf(
      await this.#call(module, NUMERIC_CALL, numeric, options),
    );
    return input instanceof Uint8Array
      ? bytes
      : decodeNumbers(bytes, signature);
  }

  /**
   * Calls an exported function with numbers, and never throws for what a guest
   * does.
   *
   * @param args The arguments, as of {@linkcode execute}.
   * @returns the results or the error, with what the call used and printed.
   * @throws {TypeError} when an argument is not a number of its type.
   * @throws the signal's reason when the call is aborted.
   */
  async call(
    module: SandboxedModule,
    name: string,
    args: Numbers = [],
    options: CallOptions = {},
  ): Promise<CallResult<(number | bigint)[]>> {
    const signature = exportSignature(module, name);
    const numeric = numericInput(name, signature, args);
    const result = await this.#call(module, NUMERIC_CALL, numeric, options);
    if (!result.ok) return result;
    return succeeded(decodeNumbers(result.value, signature), result);
  }

  /**
   * Calls an exported function with bytes, placed where the export `allocator`
   * says; never throws for what a guest does.
   *
   * @param name An export of type `(i32 pointer, i32 length)`, which returns an
   * i32 or nothing.
   * @param allocator An export of type `(i32 length) -> i32`.
   * @returns what it returned, or the error, with what the call used.
   * @throws the signal's reason when the call is aborted.
   */
  async callBytes(
    module: SandboxedModule,
    name: string,
    bytes: Uint8Array,
    allocator: string,
    options: CallOptions = {},
  ): Promise<CallResult<number>> {
    const input = bytesInput(module, name, bytes, allocator);
    return await this.#call(module, BYTES_CALL, input, options);
  }

  /**
   * Runs a WASI program from its start to its end, and never throws for what
   * it does: one that meets a limit comes back with what it printed.
   *
   * @returns its exit code or the error, and what it wrote.
   * @throws {ExecutionFailed} when the module is not a program.
   * @throws {TypeError} for an option that does not exist or is impossible.
   * @throws the signal's reason when the run is aborted.
   */
  async run(
    module: SandboxedModule,
    options: RunOptions = {},
  ): Promise<RunResult> {
    if (!this.#isClosed) this.#modules.check(module);
    checkProgram(module);
    const result = await this.#call(module, PROGRAM_CALL, NOTHING, options);
    const exitCode = result.ok ? result.value : undefined;
    return Object.assign(result, { exitCode }) as RunResult;
  }

  /**
   * Starts a module and takes its state: every call of what comes back begins
   * in that state, with nothing of any other call in it.
   *
   * The guest sees the directories that it was taken with, in every call:
   * `files` of a call may name those only. Variables and arguments that the
   * guest has read are in its memory and stay as they were. WASI's random
   * numbers and clocks are never part of a state; a guest with a generator of
   * its own can export `__snapshot_resumed`, which is called before each call.
   *
   * @throws {SandboxError} when the module does not start, when one of the
   * calls fails, or when its state can't be taken; the message says what can't.
   * @throws {TypeError} for an option that does not exist or is impossible.
   */
  async snapshot(
    module: SandboxedModule,
    options: SnapshotOptions = {},
  ): Promise<ModuleSnapshot> {
    checkSnapshotOptions(options);
    const { init = [], ...rest } = options;
    const session = await this.#openSession(module, rest, false);
    try {
      for (const call of init) await runInit(session, call);
      return await session.snapshot();
    } finally {
      await session.close();
    }
  }

  /**
   * Reads a snapshot that `ModuleSnapshot.toBytes` wrote, of this very module.
   *
   * The bytes decide what the guest's memory holds: take them only from where
   * you would take the module from. They are checked so that they can do no
   * more than a guest can.
   *
   * @throws {ExecutionFailed} when the bytes are no snapshot, are damaged, are
   * larger than the limits allow, or were taken of another module, with another
   * engine, or with other host folders or files in memory.
   */
  async loadSnapshot(
    module: SandboxedModule,
    bytes: Uint8Array,
  ): Promise<ModuleSnapshot> {
    this.#checkOpen();
    this.#modules.check(module);
    const { plan } = workerModule(module);
    const { maxMemoryBytes, memoryDirectories } = this.config;
    const granted = memoryDirectories
      .reduce((sum, one) => sum + one.maxBytes, 0);
    const image = await readSnapshot(bytes, {
      sha256: module.sha256,
      plan,
      maxFileBytes: Math.max(granted, maxMemoryBytes),
      hostDirectories: usesSystem(module)
        ? this.#folders.directories.map(({ guest }) => guest)
        : [],
      memoryDirectories,
      maxDescriptors: this.config.maxDescriptors,
    });
    return this.#addSnapshot(module, image);
  }

  /**
   * Opens a session: calls that share one instance, which begins fresh or in a
   * snapshot's state. It has a worker of its own until it is closed, so that
   * neither calls nor other sessions wait for it.
   *
   * ```ts
   * import { ToolSandbox } from "@cortexai/sandbox";
   *
   * await using sandbox = new ToolSandbox();
   * const module = await sandbox.loadModule("fixtures/numeric/numeric.wasm");
   * await using session = await sandbox.session(module);
   * console.log(await session.execute("add", [2, 3])); // [ 5 ]
   * ```
   *
   * @throws {Busy} when there are `maxSessions` already.
   * @throws {SandboxError} when the module does not start.
   * @throws {TypeError} for an option that does not exist or is impossible.
   */
  async session(
    module: SandboxedModule,
    options: SessionOptions = {},
  ): Promise<SandboxSession> {
    return await this.#openSession(module, options, true);
  }

  async #openSession(
    module: SandboxedModule,
    options: SessionOptions,
    isCounted: boolean,
  ): Promise<SandboxSession> {
    this.#checkOpen();
    this.#modules.check(module);
    const idleMs = checkSessionOptions(options);
    const { args, env, files, rollback = false, idleTimeout: _, ...limits } =
      options;
    if (rollback && usesSystem(module)) checkRollback(this.config);
    const setup = prepareCall(
      START_CALL,
      undefined,
      { args, env, files },
      this.config,
    );
    const { module: code, plan, kept } = workerModule(module);
    const id = nextModuleId();
    const worker = await this.#sessions.open({ id, module: code, plan }, {
      kept: kept ?? { image: undefined, copiers: copiersOf(plan) },
      meta: setup.meta,
      bundle: setup.payload,
      rollsBack: rollback,
    }, isCounted);
    const session = createSession({
      worker,
      module,
      id,
      config: this.config,
      options,
      idleMs,
      snapshot: (image) => this.#addSnapshot(module, image),
      changesOf: (states) => this.#changesOf(states),
      open: (snapshot) =>
        this.#openSession(
          snapshot,
          { args, env, rollback, idleTimeout: idleMs },
          true,
        ),
      forget: (snapshot) => this.unloadModule(snapshot),
    });
    try {
      if (!kept) await startSession(session, limits);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  #addSnapshot(module: SandboxedModule, image: StateImage): ModuleSnapshot {
    this.#checkOpen();
    const snapshot = createSnapshot(
      module,
      image,
      this.config.memoryDirectories,
    );
    this.#modules.add(snapshot);
    return snapshot;
  }

  /**
   * Makes an overlay for several calls: each sees what the ones before changed
   * in the folders that are granted with `overlay`, and all of it is committed
   * or dropped together. Pass it to the calls as `overlay`.
   *
   * @throws {TypeError} when no folder is granted with an overlay.
   */
  overlay(): Overlay {
    if (!this.config.allowedPaths.some(({ overlay }) => overlay)) {
      throw new TypeError(
        "Cannot make an overlay: no folder is granted with one, see allowedPath",
      );
    }
    return new Overlay(
      this,
      (states, onSettled) => this.#changesOf(states, onSettled),
    );
  }

  /**
   * Stops what runs, and ends the workers. Calls in flight and later ones
   * fail with {@linkcode SandboxClosed}.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#modules.close();
    await Promise.all([this.#pool.close(), this.#sessions.close()]);
    await this.#network.close();
    this.#folders.release();
  }

  /** The same as {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #call<Input, Value>(
    module: SandboxedModule,
    kind: CallKind<Input, Value>,
    input: Input,
    options: NamedCallOptions,
  ): Promise<CallResult<Value>> {
    const use = options.overlay && useOf(options.overlay);
    if (!use) return await this.#callOnce(module, kind, input, options);
    if (use.sandbox !== this) {
      throw new TypeError("Cannot set overlay: another sandbox made it");
    }
    return await use.next(async (before) => {
      let after = before;
      const changesOf = (states: OverlayStates) => {
        after = states;
        return this.#changesOf(states, () => use.settled(states));
      };
      const over = { before, changesOf };
      return [
        await this.#callOnce(module, kind, input, options, over),
        after,
      ];
    });
  }

  async #callOnce<Input, Value>(
    module: SandboxedModule,
    kind: CallKind<Input, Value>,
    input: Input,
    options: NamedCallOptions,
    { before, changesOf }: CallOver = {
      before: {},
      changesOf: (states) => this.#changesOf(states),
    },
  ): Promise<CallResult<Value>> {
    if (this.#isClosed) return failed(closedError(), noRecord());
    this.#modules.check(module);
    const call = prepareCall(
      kind,
      input,
      options,
      this.config,
      ["name"],
      before,
    );
    try {
      const result = await this.#perform(module, kind.op, call, changesOf);
      if (!result.ok) return result;
      try {
        const decoded = kind.decode(result.value, input);
        const value = decoded instanceof Promise ? await decoded : decoded;
        return succeeded(value, result);
      } catch (error) {
        if (!(error instanceof SandboxError)) throw error;
        const record = kind.answersByStdout ? await printed(result) : result;
        return failed(error as AnySandboxError, record);
      }
    } finally {
      call.end();
    }
  }

  async #perform(
    module: SandboxedModule,
    op: CallKind<never, unknown>["op"],
    call: PreparedCall,
    changesOf: ChangesOf,
  ): Promise<CallResult<Uint8Array>> {
    const { limits, meta, payload, ownBytes, handlers, hostCalls, scope } =
      call;
    const { maxMemoryBytes } = limits;
    const { initialBytes } = moduleInfo(module);
    const tooLarge = initialBytes > maxMemoryBytes
      ? `Module starts with ${initialBytes} bytes of memories and tables`
      : ownBytes > maxMemoryBytes
      ? `Arguments have ${ownBytes} bytes`
      : undefined;
    if (tooLarge !== undefined) {
      const message =
        `${tooLarge}, the memory limit is ${maxMemoryBytes} bytes`;
      const error = new MemoryLimitExceeded(maxMemoryBytes, message);
      return failed(error, noRecord());
    }
    const worker = workerModule(module);
    try {
      const end = await this.#pool.run({
        module: worker,
        request: { module: worker.id, op, meta, payload },
        timeoutMs: limits.timeoutMs,
        queueMs: limits.queueMs,
        signal: limits.signal,
        handlers,
        scope,
      });
      hostCalls.end(limits.signal?.reason);
      const result = toCallResult(end, limits, hostCalls.log, changesOf);
      return result instanceof Promise ? await result : result;
    } catch (error) {
      if (!(error instanceof SandboxError)) throw error;
      hostCalls.end();
      return failed(error as AnySandboxError, noRecord(hostCalls.log));
    }
  }

  #changesOf(states: OverlayStates, onSettled?: () => void): Changes {
    const { directories } = this.#folders;
    return new Changes({
      states,
      commits: this.#commits,
      hostOf: (guest) =>
        directories.find((one) => one.guest === guest)?.host ?? guest,
      ...onSettled && { onSettled },
    });
  }

  #checkOpen(): void {
    if (this.#isClosed) throw closedError();
  }
}

function closedError(): SandboxClosed {
  return new SandboxClosed("Sandbox is closed");
}

/** What is not an answer was meant to be read by somebody. */
async function printed(
  result: CallSuccess<Uint8Array>,
): Promise<RecordData> {
  return { ...result, stdout: await decodeText(result.value) };
}
