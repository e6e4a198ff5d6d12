/** A sandbox: loads modules and runs calls in them, within limits. */

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
import { refuseScript } from "./script/script_source.ts";
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
 * Runs untrusted modules in its own workers, with the permissions and limits of
 * its configuration.
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
  /** The configuration of every call. */
  readonly config: SandboxConfig;
  readonly #parts: SandboxParts;
  readonly #calls: SandboxCalls;
  readonly #sessions: SandboxSessions;

  static {
    callModule = (sandbox, module, kind, input, options) =>
      sandbox.#calls.call(module, kind, input, options);
  }

  /**
   * Creates a sandbox; its workers start with the first module.
   *
   * @param config Grants and limits, as a configuration or plain options; the
   * defaults if left out.
   * @throws {PermissionDenied} when this process lacks a permission that the
   * configuration grants; the message says what to add.
   * @throws {TypeError} for an unknown or invalid option, such as a grant that
   * is not a folder.
   * @throws {RangeError} for a value out of range.
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

  /**
   * The number of workers that did not respond to a stop and were abandoned.
   */
  get lostWorkers(): number {
    return this.#parts.pool.lostWorkers;
  }

  /**
   * Reads, checks, rewrites and compiles a module. The same bytes are compiled
   * only once, even across sandboxes with the same limits.
   *
   * @param source Bytes, a stream, a response, a blob, a path or a URL.
   * @param options The expected hash, download limits, and a progress callback.
   * @returns the module, ready to be called.
   * @throws {CompilationFailed} when it is not a valid module, can't be
   * bounded, or does not match `integrity`.
   * @throws {MemoryLimitExceeded} when it declares more memory than the limit.
   * @throws {PermissionDenied} when this process may not read `source`.
   * @throws {SandboxClosed} after {@linkcode close}.
   * @throws the signal's reason when the load is aborted.
   */
  async loadModule(
    source: ModuleSource,
    options: ModuleLoadOptions = {},
  ): Promise<SandboxedModule> {
    this.#parts.checkOpen();
    refuseScript(source);
    // A stream takes time to arrive: a worker starts meanwhile. To name the
    // class makes Deno load its code, which paths do not need.
    if (typeof source === "object" && source instanceof ReadableStream) {
      this.#parts.pool.warm();
    }
    const teller = options.onProgress && new ProgressTeller(options.onProgress);
    const bytes = await readModuleSource(
      source,
      options,
      (size) => this.#parts.modules.expect(size),
      teller?.tell,
    );
    this.#parts.checkOpen();
    const isLarge = bytes.length >= LARGE_MODULE_BYTES;
    // The slowest part is started first.
    const loading = this.#parts.modules
      .load(bytes, options.integrity, teller?.tell);
    this.#parts.warmPool(isLarge);
    const module = await loading;
    teller?.end();
    if (workerModule(module).plan.usesHttp) this.#parts.network.warm();
    return module;
  }

  /**
   * Unloads a module: it can no longer be called, and its code is collected
   * when no other sandbox uses it. Calls in flight end as usual.
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
   * @throws {SandboxError} when the export is missing or has the wrong type,
   * the guest fails, or a limit is exceeded; its `result` has what the call
   * used.
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
   * @param input The arguments, by parameter type: i64 takes a bigint or an
   * integer, i32, f32 and f64 take numbers.
   * @param options Limits, files and streams of this call.
   * @returns the results: i64 as bigint, all other types as number.
   * @throws {SandboxError} when the export is missing or has the wrong type,
   * the guest fails, or a limit is exceeded; its `result` has what the call
   * used.
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
   * Calls an exported function with numbers; returns guest failures instead of
   * throwing them.
   *
   * @param module A module that this sandbox loaded, or a snapshot of one.
   * @param name The name of the export.
   * @param args The arguments, as for {@linkcode execute}.
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
   * Calls an exported function with bytes, copied to memory that the export
   * `allocator` returns; returns guest failures instead of throwing them.
   *
   * @param module A module that this sandbox loaded, or a snapshot of one.
   * @param name An export of type `(i32 pointer, i32 length)`, which returns an
   * i32 or nothing.
   * @param bytes The bytes to pass to the guest.
   * @param allocator An export of type `(i32 length) -> i32`.
   * @param options Limits, files and streams of this call.
   * @returns what it returned, or the error, with what the call used.
   * @throws the signal's reason when the call is aborted.
   * @throws {ExecutionFailed} when an export is missing or has the wrong type.
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
   * Runs a WASI program to completion; returns its failures instead of throwing
   * them: a program that exceeds a limit still returns its output.
   *
   * @param module A module with `_start`.
   * @param options Arguments, files, streams and limits of this run.
   * @returns its exit code or the error, and what it wrote.
   * @throws {ExecutionFailed} when the module is not a program.
   * @throws {TypeError} for an unknown or invalid option.
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
   * Starts a module and saves its state: every call of the returned module
   * starts from that state and sees nothing of other calls.
   *
   * In every call the guest sees the directories that the snapshot was taken
   * with: `files` of a call may name only those. Environment variables and
   * arguments that the guest has read are in its memory and keep their values.
   * WASI's random numbers and clocks are never part of a state; a guest with
   * its own random generator can export `__snapshot_resumed`, which is called
   * before each call.
   *
   * @param module A module that this sandbox loaded.
   * @param options What the guest starts with, and calls to make first.
   * @returns a module whose calls start from that state.
   * @throws {SandboxError} when the module does not start, one of the calls
   * fails, or its state can't be captured; the message says why.
   * @throws {TypeError} for an unknown or invalid option.
   */
  async snapshot(
    module: SandboxedModule,
    options: SnapshotOptions = {},
  ): Promise<ModuleSnapshot> {
    return await this.#sessions.snapshot(module, options);
  }

  /**
   * Reads a snapshot of this module, written by `ModuleSnapshot.toBytes`.
   *
   * The bytes set the contents of the guest's memory: accept them only from
   * sources that you would accept the module from. They are validated so that
   * they can do no more than a guest can.
   *
   * @param module The module that it was taken of.
   * @param bytes The output of `toBytes`.
   * @returns the snapshot.
   * @throws {ExecutionFailed} when the bytes are not a valid snapshot, exceed
   * the limits, or were taken of another module, with another engine, or with
   * other host folders or in-memory files.
   */
  async loadSnapshot(
    module: SandboxedModule,
    bytes: Uint8Array,
  ): Promise<ModuleSnapshot> {
    return await this.#sessions.load(module, bytes);
  }

  /**
   * Opens a session: calls that share one instance, which starts fresh or from
   * a snapshot. It has its own worker until it is closed, so neither calls nor
   * other sessions wait for it.
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
   * @param options What the guest starts with, and session options.
   * @returns the session, which the caller must close.
   * @throws {Busy} when `maxSessions` are already open.
   * @throws {SandboxError} when the module does not start.
   * @throws {TypeError} for an unknown or invalid option.
   */
  async session(
    module: SandboxedModule,
    options: SessionOptions = {},
  ): Promise<SandboxSession> {
    return await this.#sessions.open(module, options);
  }

  /**
   * Creates an overlay for several calls: each sees what earlier calls changed
   * in folders granted with `overlay`, and everything is committed or dropped
   * together. Pass it to the calls as `overlay`.
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
   * Stops running calls and ends the workers. Calls in flight and later ones
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
