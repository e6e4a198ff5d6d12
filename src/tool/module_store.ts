/** The modules that one sandbox has loaded. */

import type { SandboxConfig } from "../config/sandbox_config.ts";
import { ExecutionFailed } from "../errors.ts";
import { checkImports } from "./check_imports.ts";
import { type HeldModule, holdModule } from "./compiled_modules.ts";
import { checkIntegrity } from "./module_source.ts";
import { createModule, type SandboxedModule } from "./sandboxed_module.ts";
import { sha256Hex } from "./sha256.ts";

/** Loads modules once each, and lets go of them. */
export class ModuleStore {
  readonly #config: SandboxConfig;
  readonly #loading = new Map<string, Promise<SandboxedModule>>();
  readonly #held = new Map<SandboxedModule, HeldModule>();

  constructor(config: SandboxConfig) {
    this.#config = config;
  }

  /** Whether the module was loaded here, and not unloaded. */
  has(module: SandboxedModule): boolean {
    return this.#held.has(module);
  }

  /**
   * Prepares, checks and compiles a module.
   *
   * @throws {SandboxError} when it cannot be used, or has another hash.
   */
  async load(
    bytes: Uint8Array<ArrayBuffer>,
    integrity: string | undefined,
  ): Promise<SandboxedModule> {
    const hashing = sha256Hex(bytes).then((sha256) => {
      checkIntegrity(sha256, integrity);
      return sha256;
    });
    const { maxMemoryBytes, maxFuel } = this.#config;
    const options = { maxMemoryBytes, fuel: maxFuel !== undefined };
    const holding = holdModule(hashing, bytes, options);
    holding.catch(() => {});
    const sha256 = await hashing;
    let loading = this.#loading.get(sha256);
    if (loading) holding.then(({ release }) => release(), () => {});
    else {
      loading = this.#make(sha256, holding);
      this.#loading.set(sha256, loading);
      loading.catch(() => this.#loading.delete(sha256));
    }
    return await loading;
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
    this.#loading.delete(module.sha256);
  }

  /** Lets go of all of them. */
  clear(): void {
    for (const module of [...this.#held.keys()]) this.unload(module);
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

  async #make(
    sha256: string,
    holding: Promise<HeldModule>,
  ): Promise<SandboxedModule> {
    const held = await holding;
    try {
      checkImports(held.compiled.info);
      const module = createModule(sha256, held.compiled, this.#config);
      this.#held.set(module, held);
      return module;
    } catch (error) {
      held.release();
      throw error;
    }
  }
}
