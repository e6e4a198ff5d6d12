/** The modules that one sandbox has loaded. */

import type { SandboxConfig } from "../config/sandbox_config.ts";
import { ExecutionFailed, SandboxClosed } from "../errors.ts";
import type { PrepareOptions } from "../prepare/prepare.ts";
import { checkImports } from "./check_imports.ts";
import { type HeldModule, holdModule } from "./compiled_modules.ts";
import { offeredFunctions } from "./host/offered_functions.ts";
import { checkIntegrity } from "./module_source.ts";
import { sandboxClosed, sandboxOpened } from "./preparing/open_sandboxes.ts";
import { startThreadFor } from "./preparing/module_compiler.ts";
import type { LoadProgress } from "./load_progress.ts";
import {
  KEPT_FROM_BYTES,
  PreparedCache,
} from "./prepared_cache/prepared_cache.ts";
import {
  createModule,
  type SandboxedModule,
  workerModule,
} from "./sandboxed_module.ts";

/**
 * The key that a module was loaded under; empty for a snapshot, which was not
 * loaded.
 */
function loadedAs(module: SandboxedModule): string {
  return workerModule(module).kept ? "" : module.sha256;
}

/**
 * A reference to a module; something derived from an unloaded module holds
 * none.
 */
interface StoredHold extends Partial<Pick<HeldModule, "again">> {
  release(): void;
}

/** Larger modules are hardly ever restored without a thread. */
const RESTORED_HERE_BYTES = 32 * 1024 * 1024;

/** Loads and unloads the modules of a sandbox. */
export class ModuleStore {
  readonly #config: SandboxConfig;
  readonly #loaded = new Map<string, SandboxedModule>();
  readonly #held = new Map<SandboxedModule, StoredHold>();
  readonly #cache: PreparedCache | undefined;
  #isClosed = false;

  /**
   * Keeps the preparing threads alive until {@linkcode close}.
   *
   * @throws {PermissionDenied} when the cache can't be used, or a guest has
   * access to it.
   * @throws {TypeError} when other users may write to the cache.
   */
  constructor(config: SandboxConfig) {
    this.#config = config;
    this.#cache = config.cacheDirectory === undefined
      ? undefined
      : new PreparedCache(config.cacheDirectory);
    sandboxOpened();
  }

  /** Whether the module was loaded here and not unloaded. */
  has(module: SandboxedModule): boolean {
    return this.#held.has(module);
  }

  /**
   * Starts a thread ahead of time for a module of this size, if it will need
   * one.
   */
  expect(bytes: number): void {
    if (!this.#isClosed) this.#expect(bytes, this.#prepareOptions);
  }

  async #expect(length: number, options: PrepareOptions): Promise<void> {
    const cache = length >= KEPT_FROM_BYTES ? this.#cache : undefined;
    const isLikely = await cache?.expect(length, options);
    if (this.#isClosed) return;
    // A cached module needs no thread, unless it is large.
    if (!isLikely || length > RESTORED_HERE_BYTES) {
      startThreadFor(length, options);
    }
    if (isLikely) await import("./prepared_cache/compile_kept.ts");
  }

  /**
   * Prepares, checks and compiles a module.
   *
   * @throws {SandboxError} when it can't be used, its hash differs, or the
   * sandbox closes meanwhile.
   */
  async load(
    bytes: Uint8Array<ArrayBuffer>,
    integrity: string | undefined,
    onProgress?: (progress: LoadProgress) => void,
  ): Promise<SandboxedModule> {
    const accept = integrity === undefined
      ? undefined
      : (sha256: string) => checkIntegrity(sha256, integrity);
    const cache = this.#cache;
    const held = await holdModule(bytes, this.#prepareOptions, {
      accept,
      cache,
      onProgress,
    });
    const { sha256 } = held.compiled;
    const known = this.#loaded.get(sha256);
    if (known || this.#isClosed) held.release();
    if (this.#isClosed) throw new SandboxClosed("Sandbox is closed");
    if (known) return known;
    try {
      checkImports(held.compiled.info, offeredFunctions(this.#config));
    } catch (error) {
      held.release();
      throw error;
    }
    const module = createModule(sha256, held.compiled, this.#config);
    this.#held.set(module, held);
    this.#loaded.set(sha256, module);
    return module;
  }

  get #prepareOptions(): PrepareOptions {
    const { maxMemoryBytes, maxFuel } = this.#config;
    return { maxMemoryBytes, fuel: maxFuel !== undefined };
  }

  /**
   * Adds a module derived from another: its code counts as loaded until both
   * are unloaded.
   */
  add(module: SandboxedModule, origin: SandboxedModule): void {
    // A session outlives its unloaded module, whose code no longer counts.
    const held = this.#held.get(origin)?.again?.() ?? { release: () => {} };
    this.#held.set(module, held);
  }

  /**
   * Releases a module.
   *
   * @throws {ExecutionFailed} when it was not loaded here.
   */
  unload(module: SandboxedModule): void {
    this.check(module);
    this.#held.get(module)?.release();
    this.#held.delete(module);
    this.#loaded.delete(loadedAs(module));
  }

  /** Releases all modules; later loads fail. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    sandboxClosed();
    for (const module of [...this.#held.keys()]) this.unload(module);
    await this.#cache?.close();
  }

  /**
   * Checks that a module was loaded here, as it carries the limits of its
   * sandbox.
   *
   * @throws {ExecutionFailed} when another sandbox loaded it, or it was
   * unloaded.
   */
  check(module: SandboxedModule): void {
    if (this.has(module)) return;
    throw new ExecutionFailed(
      "Cannot call module: this sandbox did not load it, or has unloaded it",
    );
  }
}
