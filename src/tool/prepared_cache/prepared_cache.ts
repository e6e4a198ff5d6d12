/**
 * Caches prepared modules in a folder granted by the user, for later processes.
 */

import { KeptFolder, type KeptLimits } from "../../host/kept/kept_folder.ts";
import type { PrepareOptions } from "../../prepare/prepare.ts";
import { PREPARATION } from "../../prepare/version.ts";
import { sampleOf } from "../byte_sample.ts";
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

/** What is known of a module before its hash. */
export interface KeptLike {
  readonly bytes: Uint8Array;
  readonly options: PrepareOptions;
}

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
  /** The file that is being read ahead. */
  #ahead: {
    readonly name: string;
    readonly entry: Promise<Uint8Array<ArrayBuffer> | undefined>;
  } | undefined;

  /**
   * @throws {PermissionDenied} when this process may not read and write the
   * folder, or a guest may.
   * @throws {TypeError} when other users may write to it.
   */
  constructor(directory: string, limits: KeptLimits = LIMITS) {
    this.#folder = new KeptFolder(directory, limits);
  }

  /** The cached file of this name, if there is one. */
  async find(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return await this.#folder.read(name);
  }

  /**
   * Whether there are files that may belong to a module, of which only the
   * length is known. If there is exactly one, it is read ahead.
   */
  async expect(length: number, options: PrepareOptions): Promise<boolean> {
    const names = await this.#folder.names(beginningOf(length, options));
    const [name = ""] = names;
    if (names.length === 1 && this.#ahead?.name !== name) {
      this.#ahead = { name, entry: this.#folder.read(name) };
    }
    return names.length > 0;
  }

  /** The file that likely belongs to a module; only its hash proves it. */
  async takeLikely(
    like: KeptLike,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const beginning = nameOf(like);
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead?.name.startsWith(beginning)) return await ahead.entry;
    const [name] = await this.#folder.names(beginning);
    return name === undefined ? undefined : await this.#folder.read(name);
  }

  /** Caches a file in the background; failing to do so is not an error. */
  keep(name: string, pieces: readonly Uint8Array[]): void {
    const writing = this.#folder.write(name, pieces)
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  /** Waits for pending writes and releases the folder. */
  async close(): Promise<void> {
    this.#ahead = undefined;
    await Promise.all(this.#writing);
    this.#folder.release();
  }
}

/** A name begins with what is known before the bytes are read. */
function beginningOf(
  length: number,
  { maxMemoryBytes, fuel }: PrepareOptions,
): string {
  return `${length}-${maxMemoryBytes}-${fuel ? "fuel" : "time"}-`;
}

/** It continues with what is known before the hash is computed. */
function nameOf({ bytes, options }: KeptLike): string {
  return `${beginningOf(bytes.length, options)}${sampleOf(bytes)}-`;
}

/** The file name of a key. */
export async function fileName(key: string, like: KeptLike): Promise<string> {
  const hash = await sha256Hex(new TextEncoder().encode(key));
  return `${nameOf(like)}${hash}.prepared`;
}
