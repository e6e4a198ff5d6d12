/** Prepared modules in a folder that the user granted, for later processes. */

import { KeptFolder, type KeptLimits } from "../../host/kept/kept_folder.ts";
import type { PrepareOptions } from "../../prepare/prepare.ts";
import { PREPARATION } from "../../prepare/version.ts";
import { sha256Hex } from "../sha256.ts";

/** The least bytes of a module that is kept: others are as soon prepared. */
export const KEPT_FROM_BYTES: number = 256 * 1024;

const LIMITS: KeptLimits = {
  totalBytes: 1024 * 1024 * 1024,
  fileBytes: 512 * 1024 * 1024,
  files: 1024,
};

/** What a module is kept under: its bytes, and all that preparation depends on. */
export function cacheKey(sha256: string, options: PrepareOptions): string {
  const { maxMemoryBytes, fuel } = options;
  return JSON.stringify([PREPARATION, sha256, maxMemoryBytes, fuel]);
}

/** The kept modules. */
export class PreparedCache {
  readonly #folder: KeptFolder;
  readonly #writing = new Set<Promise<unknown>>();

  /**
   * @throws {PermissionDenied} when this process may not read and write there,
   * or a guest may.
   * @throws {TypeError} when somebody else may write there.
   */
  constructor(directory: string, limits: KeptLimits = LIMITS) {
    this.#folder = new KeptFolder(directory, limits);
  }

  /** The file of a key, if there is one. */
  async find(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return await this.#folder.read(await fileName(key));
  }

  /** Keeps a file, while others go on; that it can't be kept is no failure. */
  keep(key: string, pieces: readonly Uint8Array[]): void {
    const writing = fileName(key)
      .then((name) => this.#folder.write(name, pieces))
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  /** Waits for what is being written, and gives the folder free. */
  async close(): Promise<void> {
    await Promise.all(this.#writing);
    this.#folder.release();
  }
}

async function fileName(key: string): Promise<string> {
  return `${await sha256Hex(new TextEncoder().encode(key))}.prepared`;
}
