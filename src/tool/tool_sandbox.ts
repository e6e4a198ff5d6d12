/** A sandbox: loads modules and runs calls in them, inside the limits. */

import type { CallOptions } from "../config/call_options.ts";
import type { SandboxConfig } from "../config/sandbox_config.ts";
import { type SandboxOptions, toConfig } from "../config/sandbox_options.ts";
import { bytesInput } from "./bytes_input.ts";
import type { NamedCallOptions } from "./call_request.ts";
import { type CallResult, succeeded, valueOf } from "./call_result.ts";
import { BYTES_CALL } from "./calls/bytes_call.ts";
import type { CallKind } from "./calls/call_kind.ts";
import {
  decodeNumbers,
  type Numbers,
  NUMERIC_CALL,
  numericInput,
} from "./calls/numeric_call.ts";
import { LARGE_MODULE_BYTES } from "./preparing/large_module.ts";
import { PROGRAM_CALL } from "./calls/program_call.ts";
import { Overlay } from "./changes/overlay.ts";
import { ProgressTeller } from "./load_progress.ts";
import {
  type ModuleLoadOptions,
  type ModuleSource,
  readModuleSource,
} from "./module_source.ts";
import {
  checkProgram,
  type RunOptions,
  type RunResult,
} from "./program_run.ts";
import { SandboxCalls } from "./sandbox_calls.ts";
import { SandboxParts } from "./sandbox_parts.ts";
import {
  exportSignature,
  type SandboxedModule,
  workerModule,
} from "./sandboxed_module.ts";
import type { SandboxSession } from "./session/sandbox_session.ts";
import { SandboxSessions } from "./session/sandbox_sessions.ts";
import type {
  SessionOptions,
  SnapshotOptions,
} from "./session/session_options.ts";
import type { ModuleSnapshot } from "./snapshot/module_snapshot.ts";

/** Runs a call of any kind. */
export let callModule: <Input, Value>(
  sandbox: ToolSandbox,
  module: SandboxedModule,
  kind: CallKind<Input, Value>,
  input: Input,
  options: NamedCallOptions,
) => Promise<CallResult<Value>>;

const NOTHING: Uint8Array = new Uint8Array();

/**
 * Runs untrusted modules in workers of its own, with the permissions and
 * inside the limits of its configuration.
 *
 * ```ts
 * import { ToolSandbox } from "@cortexai/sandbox";
 *
 * // A module of 41 bytes, which exports `add`.
 * const ADD = Uint8Array.fromBase64(
 *   "AGFzbQEAAAABBwFgAn9/AX8DAgEABwcBA2FkZAAACgkBBwAgACABags=",
 * );
 *
 * await using sandbox = new ToolSandbox({ maxExecutionTime: 2_000 });
 * const module = await sandbox.loadModule(ADD);
 * console.log(await sandbox.execute(module, "add", [2, 3])); // [ 5 ]
 * ```
 */
export class ToolSandbox implements AsyncDisposable {
  /** The configuration that holds for every call. */
  readonly config: SandboxConfig;
  readonly #parts: SandboxParts;
  readonly #calls: SandboxCalls;
  readonly #sessions: SandboxSessions;

  static {
    callModule = (sandbox, module, kind, input, options) =>
      sandbox.#calls.call(module, kind, input, options);
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
    this.#parts = new SandboxParts(this.config);
    this.#calls = new SandboxCalls(this.#parts, this);
    this.#sessions = new SandboxSessions(
      this.#parts,
      (snapshot) => this.unloadModule(snapshot),
    );
  }

  /** How many workers did not answer after a stop and were let go. */
  get lostWorkers(): number {
    return this.#parts.pool.lostWorkers;
  }

  /**
   * Reads, checks, rewrites and compiles a module. The same bytes are compiled
   * once, also for other sandboxes with the same limits.
   *
   * @param source Bytes, a stream, a response, a blob, a path or a URL.
   * @param options The hash that it must have, limits of the download, and who
   * is told how far it is.
   * @returns the module, ready to be called.
   * @throws {CompilationFailed} when it is not a valid module, cannot be
   * bounded, or is not what `integrity` says.
   * @throws {MemoryLimitExceeded} when it declares more than the limit.
   * @throws {PermissionDenied} when this process may not read `source`.
   * @throws {SandboxClosed} after {@linkcode close}.
   * @throws the signal's reason when the load is aborted.
   */
  async loadModule(
    source: ModuleSource,
    options: ModuleLoadOptions = {},
  ): Promise<SandboxedModule> {
    this.#parts.checkOpen();
    // What comes in pieces is waited for: a worker starts meanwhile.
    if (source instanceof ReadableStream) this.#parts.pool.warm();
    const teller = options.onProgress && new ProgressTeller(options.onProgress);
    const bytes = await readModuleSource(
      source,
      options,
      (size) => this.#parts.modules.expect(size),
      teller?.tell,
    );
    this.#parts.checkOpen();
    const isLarge = bytes.length >= LARGE_MODULE_BYTES;
    // What has to be waited for longest is started first.
    const loading = this.#parts.modules
      .load(bytes, options.integrity, teller?.tell);
    this.#parts.warmPool(isLarge);
    const module = await loading;
    teller?.end();
    if (workerModule(module).plan.usesHttp) this.#parts.network.warm();
    return module;
  }

  /**
   * Lets go of a module: it can't be called any more, and its code is
   * collected when no other sandbox uses it. Calls in flight end as usual.
   *
   * @param module The module, or a snapshot.
   * @throws {ExecutionFailed} when this sandbox did not load it.
   */
  unloadModule(module: SandboxedModule): void {
    this.#parts.modules.unload(module);
    this.#parts.pool.forget(workerModule(module).id);
  }

  /**
   * Calls an exported function with numbers, in a fresh instance.
   *
   * @param module A module that this sandbox loaded, or a snapshot of one.
   * @param name The name of the export.
   * @param input The arguments: concatenated little-endian i32 values.
   * @param options Limits, files and streams of this call.
   * @returns the results, concatenated and little-endian.
   * @throws {SandboxError} when the export is missing or of another type, when
   * the guest fails, or at a limit; its `result` has what the call used.
   * @throws {SandboxClosed} after {@linkcode close}.
   * @throws the signal's reason when the call is aborted.
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
   * @param module A module that this sandbox loaded, or a snapshot of one.
   * @param name The name of the export.
   * @param input The arguments, by the types of the parameters: i64 takes a
   * bigint or a whole number, i32, f32 and f64 take numbers.
   * @param options Limits, files and streams of this call.
   * @returns the results: i64 as bigint, all others as number.
   * @throws {SandboxError} when the export is missing or of another type, when
   * the guest fails, or at a limit; its `result` has what the call used.
   * @throws {TypeError} when an argument is not a number of its type.
   * @throws {SandboxClosed} after {@linkcode close}.
   * @throws the signal's reason when the call is aborted.
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
      await this.#calls.call(module, NUMERIC_CALL, numeric, options),
    );
    return input instanceof Uint8Array
      ? bytes
      : decodeNumbers(bytes, signature);
  }

  /**
   * Calls an exported function with numbers, and never throws for what a guest
   * does.
   *
   * @param module A module that this sandbox loaded, or a snapshot of one.
   * @param name The name of the export.
   * @param args The arguments, as of {@linkcode execute}.
   * @param options Limits, files and streams of this call.
   * @returns the results or the error, with what the call used and printed.
   * @throws {TypeError} when an argument is not a number of its type.
   * @throws the signal's reason when the call is aborted.
   * @throws {ExecutionFailed} when there is no such export.
   */
  async call(
    module: SandboxedModule,
    name: string,
    args: Numbers = [],
    options: CallOptions = {},
  ): Promise<CallResult<(number | bigint)[]>> {
    const signature = exportSignature(module, name);
    const numeric = numericInput(name, signature, args);
    const result = await this.#calls.call(
      module,
      NUMERIC_CALL,
      numeric,
      options,
    );
    if (!result.ok) return result;
    return succeeded(decodeNumbers(result.value, signature), result);
  }

  /**
   * Calls an exported function with bytes, placed where the export `allocator`
   * says; never throws for what a guest does.
   *
   * @param module A module that this sandbox loaded, or a snapshot of one.
   * @param name An export of type `(i32 pointer, i32 length)`, which returns an
   * i32 or nothing.
   * @param bytes What the guest gets.
   * @param allocator An export of type `(i32 length) -> i32`.
   * @param options Limits, files and streams of this call.
   * @returns what it returned, or the error, with what the call used.
   * @throws the signal's reason when the call is aborted.
   * @throws {ExecutionFailed} when an export is missing or of another type.
   */
  async callBytes(
    module: SandboxedModule,
    name: string,
    bytes: Uint8Array,
    allocator: string,
    options: CallOptions = {},
  ): Promise<CallResult<number>> {
    const input = bytesInput(module, name, bytes, allocator);
    return await this.#calls.call(module, BYTES_CALL, input, options);
  }

  /**
   * Runs a WASI program from its start to its end, and never throws for what
   * it does: one that meets a limit comes back with what it printed.
   *
   * @param module A module with `_start`.
   * @param options Arguments, files, streams and limits of this run.
   * @returns its exit code or the error, and what it wrote.
   * @throws {ExecutionFailed} when the module is not a program.
   * @throws {TypeError} for an option that does not exist or is impossible.
   * @throws the signal's reason when the run is aborted.
   */
  async run(
    module: SandboxedModule,
    options: RunOptions = {},
  ): Promise<RunResult> {
    if (!this.#parts.isClosed) this.#parts.modules.check(module);
    checkProgram(module);
    const result = await this.#calls.call(
      module,
      PROGRAM_CALL,
      NOTHING,
      options,
    );
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
   * @param module A module that this sandbox loaded.
   * @param options What the guest starts with, and calls that are made first.
   * @returns a module whose calls begin in that state.
   * @throws {SandboxError} when the module does not start, when one of the
   * calls fails, or when its state can't be taken; the message says what can't.
   * @throws {TypeError} for an option that does not exist or is impossible.
   */
  async snapshot(
    module: SandboxedModule,
    options: SnapshotOptions = {},
  ): Promise<ModuleSnapshot> {
    return await this.#sessions.snapshot(module, options);
  }

  /**
   * Reads a snapshot that `ModuleSnapshot.toBytes` wrote, of this very module.
   *
   * The bytes decide what the guest's memory holds: take them only from where
   * you would take the module from. They are checked so that they can do no
   * more than a guest can.
   *
   * @param module The module that it was taken of.
   * @param bytes What `toBytes` wrote.
   * @returns the snapshot.
   * @throws {ExecutionFailed} when the bytes are no snapshot, are damaged, are
   * larger than the limits allow, or were taken of another module, with another
   * engine, or with other host folders or files in memory.
   */
  async loadSnapshot(
    module: SandboxedModule,
    bytes: Uint8Array,
  ): Promise<ModuleSnapshot> {
    return await this.#sessions.load(module, bytes);
  }

  /**
   * Opens a session: calls that share one instance, which begins fresh or in a
   * snapshot's state. It has a worker of its own until it is closed, so that
   * neither calls nor other sessions wait for it.
   *
   * ```ts
   * import { ToolSandbox } from "@cortexai/sandbox";
   *
   * // A module that counts its calls.
   * const COUNT = Uint8Array.fromBase64(
   *   "AGFzbQEAAAABBQFgAAF/AwIBAAYGAX8BQQALBwkBBWNvdW50AAAKDQELACMAQQFqJAAjAAs=",
   * );
   *
   * await using sandbox = new ToolSandbox();
   * const module = await sandbox.loadModule(COUNT);
   * await using session = await sandbox.session(module);
   * console.log(await session.execute("count")); // [ 1 ]
   * console.log(await session.execute("count")); // [ 2 ]
   * ```
   *
   * @param module A module that this sandbox loaded, or a snapshot of one.
   * @param options What the guest starts with, and how the session ends.
   * @returns the session, which is the caller's to close.
   * @throws {Busy} when there are `maxSessions` already.
   * @throws {SandboxError} when the module does not start.
   * @throws {TypeError} for an option that does not exist or is impossible.
   */
  async session(
    module: SandboxedModule,
    options: SessionOptions = {},
  ): Promise<SandboxSession> {
    return await this.#sessions.open(module, options);
  }

  /**
   * Makes an overlay for several calls: each sees what the ones before changed
   * in the folders that are granted with `overlay`, and all of it is committed
   * or dropped together. Pass it to the calls as `overlay`.
   *
   * @returns an empty overlay.
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
      (states, onSettled) => this.#parts.changesOf(states, onSettled),
    );
  }

  /**
   * Stops what runs, and ends the workers. Calls in flight and later ones
   * fail with {@linkcode SandboxClosed}.
   */
  async close(): Promise<void> {
    await this.#parts.close();
  }

  /** The same as {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
