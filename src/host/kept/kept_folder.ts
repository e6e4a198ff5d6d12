/**
 * A cache of files between runs of the program, limited in size.
 *
 * Files are written atomically, under a temporary name first. Two processes may
 * write the same file at once; the last one wins, and both are identical.
 */

import { join } from "../../config/host_path.ts";
import { readWhole } from "../whole_file.ts";
import {
  CACHE_USE,
  holdOwnedFolder,
  isOwnFile,
  isStill,
  openOwnedFolder,
  type OwnedFolder,
  releaseOwnedFolder,
} from "./owned_folder.ts";

/** The limits of the cache. */
export interface KeptLimits {
  /** Total size limit in bytes. */
  readonly totalBytes: number;
  /** Size limit of one file in bytes. */
  readonly fileBytes: number;
  /** Maximum number of files. */
  readonly files: number;
}

/** The name of a file while it is being written. */
const UNFINISHED = /\.part$/;
/** Age after which an unfinished file is considered abandoned. */
const UNFINISHED_MS = 600_000;

/** A file, as it was listed. */
interface Listed {
  readonly path: string;
  readonly size: number;
  readonly usedMs: number;
}

/** A folder of cached files. */
export class KeptFolder {
  readonly #owned: OwnedFolder;
  readonly #limits: KeptLimits;

  /**
   * @throws {PermissionDenied} when this process may not read and write there,
   * or a guest may.
   * @throws {TypeError} when other users may write there.
   */
  constructor(directory: string, limits: KeptLimits) {
    this.#owned = openOwnedFolder(directory, CACHE_USE);
    this.#limits = limits;
    holdOwnedFolder(directory, this.#owned, CACHE_USE);
  }

  /** Releases it, so that it may be granted. */
  release(): void {
    releaseOwnedFolder(this.#owned);
  }

  /** The bytes of a file; undefined if it does not exist or is not ours. */
  async read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const path = join(this.#owned.path, name);
    try {
      // Opening anything but a regular file might block forever.
      if (!this.#isOwn(await Deno.lstat(path))) return undefined;
      using file = await Deno.open(path);
      const info = await file.stat();
      if (!this.#isOwn(info) || !isStill(this.#owned)) return undefined;
      const bytes = await readWhole(file, info.size);
      // Marks it as recently used.
      await file.utime(new Date(), new Date());
      return bytes;
    } catch {
      return undefined;
    }
  }

  /** The names with a prefix. */
  async names(beginning: string): Promise<string[]> {
    const names: string[] = [];
    try {
      for await (const { name } of Deno.readDir(this.#owned.path)) {
        if (!name.startsWith(beginning) || UNFINISHED.test(name)) continue;
        names.push(name);
      }
    } catch {
      // The folder was removed.
    }
    return names;
  }

  /**
   * Writes a file, and removes the least recently used ones.
   *
   * @returns whether it was written; otherwise nothing is left of it.
   */
  async write(name: string, pieces: readonly Uint8Array[]): Promise<boolean> {
    const size = pieces.reduce((sum, { length }) => sum + length, 0);
    const { fileBytes, totalBytes } = this.#limits;
    if (size > fileBytes || size > totalBytes) return false;
    const path = join(this.#owned.path, name);
    const unfinished = `${path}.${crypto.randomUUID()}.part`;
    try {
      if (!isStill(this.#owned)) return false;
      await this.#makeRoom(size);
      await writeNew(unfinished, pieces);
      await Deno.rename(unfinished, path);
      return true;
    } catch {
      await remove(unfinished);
      return false;
    }
  }

  /** Removes a file. */
  async remove(name: string): Promise<void> {
    await remove(join(this.#owned.path, name));
  }

  #isOwn(info: Deno.FileInfo): boolean {
    return isOwnFile(info, this.#owned.uid) &&
      info.size <= this.#limits.fileBytes;
  }

  async #makeRoom(bytes: number): Promise<void> {
    const files = (await this.#list()).sort((a, b) => a.usedMs - b.usedMs);
    let total = files.reduce((sum, { size }) => sum + size, bytes);
    let count = files.length + 1;
    for (const { path, size } of files) {
      const { totalBytes, files: most } = this.#limits;
      if (total <= totalBytes && count <= most) return;
      await remove(path);
      total -= size;
      count--;
    }
  }

  async #list(): Promise<Listed[]> {
    const listed: Listed[] = [];
    for await (const { name } of Deno.readDir(this.#owned.path)) {
      const path = join(this.#owned.path, name);
      const info = await Deno.lstat(path).catch(() => undefined);
      if (!info) continue;
      const usedMs = info.mtime?.getTime() ?? 0;
      if (UNFINISHED.test(name) && usedMs < Date.now() - UNFINISHED_MS) {
        await remove(path);
      } else listed.push({ path, size: info.size, usedMs });
    }
    return listed;
  }
}

async function writeNew(
  path: string,
  pieces: readonly Uint8Array[],
): Promise<void> {
  using file = await Deno.open(path, {
    write: true,
    createNew: true,
    mode: 0o600,
  });
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      at += await file.write(piece.subarray(at));
    }
  }
}

async function remove(path: string): Promise<void> {
  await Deno.remove(path).catch(() => {});
}
