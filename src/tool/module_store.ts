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
import { PreparedCache } from "./prepared_cache/prepared_cache.ts";
import {
  createModule,
  type SandboxedModule,
  workerModule,
} from "./sandboxed_module.ts";

/** What it was loaded as: a snapshot was not loaded, but made. */
function loadedAs(module: SandboxedModule): string {
  return workerModule(module).kept ? "" : module.sha256;
}

/** What holds a module; what was made of an unloaded one holds nothing. */
interface StoredHold extends Partial<Pick<HeldModule, "again">> {
  release(): void;
}

/** Loads modules once each, and lets go of them. */
export class ModuleStore {
  readonly #config: SandboxConfig;
  readonly #loaded = new Map<string, SandboxedModule>();
  readonly #held = new Map<SandboxedModule, StoredHold>();
  readonly #cache: PreparedCache | undefined;
  #isClosed = false;

  /**
   * Keeps the preparing threads, until {@linkcode close}.
   *
   * @throws {PermissionDenied} when the cache can't be used, or a guest may.
   * @throws {TypeError} when somebody else may write to the cache.
   */
  constructor(config: SandboxConfig) {
    this.#config = config;
    this.#cache = config.cacheDirectory === undefined
      ? undefined
      : new PreparedCache(config.cacheDirectory);
    sandboxOpened();
  }

  /** Whether the module was loaded here, and not unloaded. */
  has(module: SandboxedModule): boolean {
    return this.#held.has(module);
  }

  /** Starts a thread ahead of a module of so many bytes, if it needs one. */
  expect(bytes: number): void {
    if (!this.#isClosed) startThreadFor(bytes, this.#prepareOptions);
  }

  /**
   * Prepares, checks and compiles a module.
   *
   * @throws {SandboxError} when it cannot be used, or has another hash, or the
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
   * Adds a module that was made of another: its code counts as loaded until
   * both are unloaded.
   */
  add(module: SandboxedModule, origin: SandboxedModule): void {
    // A session goes on when its module is unloaded, and nobody counts that.
    const held = this.#held.get(origin)?.again?.() ?? { release: () => {} };
    this.#held.set(module, held);
  }

  /**
   * Lets go of a module.
   *
   * @throws {ExecutionFailed} when it is not loaded here.
   */
  unload(module: SandboxedModule): void {
    this.check(module);
    this.#held.get(module)?.release();
    this.#held.delete(module);
    this.#loaded.delete(loadedAs(module));
  }

  /** Lets go of all of them; no other one is loaded. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    sandboxClosed();
    for (const module of [...this.#held.keys()]) this.unload(module);
    await this.#cache?.close();
  }

  /**
   * A module carries the limits of the sandbox that loaded it.
   *
   * @throws {ExecutionFailed} when another one loaded it, or it was unloaded.
   */
  check(module: SandboxedModule): void {
    if (this.has(module)) return;
    throw new ExecutionFailed(
      "Cannot call module: this sandbox did not load it, or has unloaded it",
    );
  }
}
