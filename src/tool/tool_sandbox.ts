/** A sandbox: loads modules and runs calls in them, inside the limits. */

import { Op } from "../channel/layout.ts";
import { SandboxConfig } from "../config/sandbox_config.ts";
import {
  ExecutionFailed,
  MemoryLimitExceeded,
  SandboxClosed,
  SandboxError,
} from "../errors.ts";
import type { QuestionHandlers } from "../host/guest/question_desk.ts";
import { AnchoredDirectories } from "../host/grants/anchored_directories.ts";
import { compile } from "../host/compiling/module_compiler.ts";
import { systemGrants } from "../host/grants/system_grants.ts";
import { Network } from "../host/network/network.ts";
import { networkOptions } from "../host/network/network_options.ts";
import { WorkerPool } from "../host/pool/worker_pool.ts";
import { workerPermissions } from "../host/grants/worker_permissions.ts";
import { type CallResult, NO_USAGE, toCallResult } from "./call_result.ts";
import { checkImports } from "./check_imports.ts";
import { type ModuleSource, readModuleSource } from "./module_source.ts";
import {
  type RunOptions,
  type RunResult,
  startRun,
  toRunResult,
} from "./program_run.ts";
import { checkNumericCall } from "./numeric_call.ts";
import {
  createModule,
  exportSignature,
  type SandboxedModule,
  workerModule,
} from "./sandboxed_module.ts";
import { sha256Hex } from "./sha256.ts";
import type { ToolCallOptions } from "./tool.ts";

/** What {@linkcode ToolSandbox.call} is asked for. */
export interface ModuleCall {
  readonly op: Op;
  /** What the op needs beside the payload; empty if nothing. */
  readonly meta: string;
  readonly payload: Uint8Array;
  /** Who answers what the guest asks for meanwhile; nobody by default. */
  readonly handlers?: QuestionHandlers;
}

/** Runs a call of any kind. */
export let callModule: (
  sandbox: ToolSandbox,
  module: SandboxedModule,
  call: ModuleCall,
  options: ToolCallOptions,
) => Promise<CallResult<Uint8Array>>;

/**
 * Runs untrusted modules in workers of its own, with the permissions and
 * inside the limits of its configuration.
 *
 * ```ts
 * import { ToolSandbox } from "@cortexai/sandbox";
 *
 * await using sandbox = new ToolSandbox();
 * const module = await sandbox.loadModule(
 *   "fixtures/numeric/numeric.wasm"
 * );
 * const sum = await sandbox.execute(module, "add", new Uint8Array([2, 0, 0, 0, 3, 0, 0, 0]));
 * console.log(sum); // Uint8Array [ 5, 0, 0, 0 ]
 * ```
 */
export class ToolSandbox implements AsyncDisposable {
  /** The configuration that holds for every call. */
  readonly config: SandboxConfig;
  readonly #anchored: AnchoredDirectories;
  readonly #pool: WorkerPool;
  readonly #network: Network;
  readonly #modules = new Map<string, Promise<SandboxedModule>>();
  readonly #lengths = new Set<number>();
  readonly #loaded = new WeakSet<SandboxedModule>();
  #isClosed = false;

  static {
    callModule = (sandbox, module, call, options) =>
      sandbox.#call(module, call, options);
  }

  /**
   * Makes a sandbox; its workers start with the first module.
   *
   * @param config What is granted and where the limits are; the defaults of
   * {@linkcode SandboxConfig} when left out.
   * @throws {PermissionDenied} when this process lacks a permission that the
   * configuration grants; the message says what to add.
   */
  constructor(config: SandboxConfig = SandboxConfig.builder().build()) {
    if (!(config instanceof SandboxConfig)) {
      throw new TypeError(
        "Cannot create sandbox: config is no SandboxConfig, use SandboxConfig.builder()",
      );
    }
    this.config = config;
    const grants = systemGrants(config);
    // Asked first, since anchors are made for what is granted only.
    workerPermissions(grants.directories);
    this.#network = new Network(networkOptions(config));
    this.#anchored = new AnchoredDirectories(grants.directories);
    const { directories } = this.#anchored;
    this.#pool = new WorkerPool({
      permissions: workerPermissions(directories),
      grants: { ...grants, directories },
      network: this.#network,
      maxRequestBytes: Math.min(config.maxMemoryBytes, 2 ** 30),
      maxResultBytes: config.maxResultBytes,
      maxWorkers: config.maxWorkers,
      maxQueuedCalls: config.maxQueuedCalls,
    });
  }

  /** How many workers did not answer after a stop and were let go. */
  get lostWorkers(): number {
    return this.#pool.lostWorkers;
  }

  /**
   * Reads, checks, rewrites and compiles a module. The same bytes are compiled
   * once.
   *
   * @throws {CompilationFailed} when it is no module, or can't be bounded.
   * @throws {MemoryLimitExceeded} when it declares more than the limit.
   * @throws {PermissionDenied} when this process may not read `source`.
   * @throws {SandboxClosed} after {@linkcode close}.
   */
  async loadModule(source: ModuleSource): Promise<SandboxedModule> {
    const bytes = await readModuleSource(source);
    this.#checkOpen();
    this.#pool.warm();
    const hashing = sha256Hex(bytes);
    // Only bytes of a length that was seen can have been loaded before; others
    // are compiled while they are hashed.
    const isNew = !this.#lengths.has(bytes.length);
    this.#lengths.add(bytes.length);
    const ahead = isNew ? this.#compile(hashing, bytes) : undefined;
    ahead?.catch(() => {});
    const sha256 = await hashing;
    let loading = this.#modules.get(sha256);
    if (!loading) {
      loading = ahead ?? this.#compile(hashing, bytes);
      this.#modules.set(sha256, loading);
      loading.catch(() => this.#modules.delete(sha256));
    }
    return await loading;
  }

  /**
   * Calls an exported function with numbers, in a fresh instance.
   *
   * @param input The arguments: concatenated little-endian i32 values.
   * @returns the results, concatenated and little-endian.
   * @throws {SandboxError} when the export is missing or of another type, when
   * the guest fails, or at a limit.
   */
  async execute(
    module: SandboxedModule,
    name: string,
    input: Uint8Array = new Uint8Array(),
    options: ToolCallOptions = {},
  ): Promise<Uint8Array> {
    checkNumericCall(name, exportSignature(module, name), input);
    const call = { op: Op.Numeric, meta: name, payload: input };
    const result = await this.#call(module, call, options);
    if (!result.ok) throw result.error;
    return result.value;
  }

  /**
   * Runs a WASI program from its start to its end.
   *
   * @returns its exit code, and what it wrote.
   * @throws {SandboxError} when it traps or meets a limit.
   */
  async run(
    module: SandboxedModule,
    options: RunOptions = {},
  ): Promise<RunResult> {
    this.#checkOwn(module);
    const run = startRun(module, options);
    try {
      const result = await this.#call(module, run.call, options);
      return toRunResult(result);
    } finally {
      run.end();
    }
  }

  /**
   * Stops what runs, and ends the workers. Calls in flight and later ones
   * reject with {@linkcode SandboxClosed}.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#pool.close();
    await this.#network.close();
    this.#anchored.remove();
  }

  /** The same as {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #compile(
    hashing: Promise<string>,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<SandboxedModule> {
    const { maxMemoryBytes, maxFuel } = this.config;
    const compiled = await compile(bytes, {
      maxMemoryBytes,
      fuel: maxFuel !== undefined,
    });
    checkImports(compiled.info);
    const module = createModule(await hashing, compiled, this.config);
    if (workerModule(module).plan.usesHttp) this.#network.warm();
    this.#loaded.add(module);
    return module;
  }

  async #call(
    module: SandboxedModule,
    { op, meta, payload, handlers = NO_HANDLERS }: ModuleCall,
    { signal }: ToolCallOptions,
  ): Promise<CallResult<Uint8Array>> {
    this.#checkOwn(module);
    const { maxMemoryBytes, maxExecutionTime } = this.config;
    if (payload.length > maxMemoryBytes) {
      const error = new MemoryLimitExceeded(
        maxMemoryBytes,
        `Arguments of ${payload.length} bytes exceed the memory limit of ${maxMemoryBytes} bytes`,
      );
      return { ok: false, error, ...NO_USAGE };
    }
    const worker = workerModule(module);
    try {
      const end = await this.#pool.run({
        module: worker,
        request: { module: worker.id, op, meta, payload },
        timeoutMs: maxExecutionTime,
        signal,
        handlers,
      });
      return toCallResult(end, this.config, signal);
    } catch (error) {
      if (!(error instanceof SandboxError)) throw error;
      return { ok: false, error, ...NO_USAGE };
    }
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new SandboxClosed("Sandbox is closed");
  }

  /** A module carries the limits of the sandbox that loaded it. */
  #checkOwn(module: SandboxedModule): void {
    if (!this.#loaded.has(module)) {
      throw new ExecutionFailed("Module was not loaded by this sandbox");
    }
  }
}

/** Only programs that were given something to ask for ask. */
const NO_HANDLERS: QuestionHandlers = {};
