/**
 * Caches prepared modules in a folder granted by the user, for later processes.
 */

import { KeptFolder, type KeptLimits } from "../../host/kept/kept_folder.ts";
import type { PrepareOptions } from "../../prepare/prepare.ts";
import { PREPARATION } from "../../prepare/version.ts";
import { sha256Hex } from "../sha256.ts";

/**
 * The minimum size of a cached module: smaller ones are prepared just as fast.
 */
export const KEPT_FROM_BYTES: number = 256 * 1024;

const LIMITS: KeptLimits = {
  totalBytes: 1024 * 1024 * 1024,
  fileBytes: 512 * 1024 * 1024,
  files: 1024,
};

/**
 * The cache key: the module's hash, and everything that preparation depends on.
 */
export function cacheKey(sha256: string, options: PrepareOptions): string {
  const { maxMemoryBytes, fuel } = options;
  return JSON.stringify([PREPARATION, sha256, maxMemoryBytes, fuel]);
}

/** The cache. */
export class PreparedCache {
  readonly #folder: KeptFolder;
  readonly #writing = new Set<Promise<unknown>>();

  /**
   * @throws {PermissionDenied} when this process may not read and write the
   * folder, or a guest may.
   * @throws {TypeError} when other users may write to it.
   */
  constructor(directory: string, limits: KeptLimits = LIMITS) {
    this.#folder = new KeptFolder(directory, limits);
  }

  /** The cached file of a key, if there is one. */
  async find(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return await this.#folder.read(await fileName(key));
  }

  /** Caches a file in the background; failing to do so is not an error. */
  keep(key: string, pieces: readonly Uint8Array[]): void {
    const writing = fileName(key)
      .then((name) => this.#folder.write(name, pieces))
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  /** Waits for pending writes and releases the folder. */
  async close(): Promise<void> {
    await Promise.all(this.#writing);
    this.#folder.release();
  }
}

async function fileName(key: string): Promise<string> {
  return `${await sha256Hex(new TextEncoder().encode(key))}.prepared`;
}
