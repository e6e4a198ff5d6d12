/**
 * Files that are kept between runs of this program, up to so many bytes.
 *
 * A file is whole or not there: it is written under another name first. Two
 * processes may do so at once; the last one's stays, and both are the same.
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

/** How much is kept. */
export interface KeptLimits {
  /** The most bytes of all files together. */
  readonly totalBytes: number;
  /** The most bytes of one. */
  readonly fileBytes: number;
  /** The most files. */
  readonly files: number;
}

/** What a file is called while it is written. */
const UNFINISHED = /\.part$/;
/** Whoever has not finished one by then has ended. */
const UNFINISHED_MS = 600_000;

/** A file, as it was listed. */
interface Listed {
  readonly path: string;
  readonly size: number;
  readonly usedMs: number;
}

/** A folder of files that this package keeps. */
export class KeptFolder {
  readonly #owned: OwnedFolder;
  readonly #limits: KeptLimits;

  /**
   * @throws {PermissionDenied} when this process may not read and write there,
   * or a guest may.
   * @throws {TypeError} when somebody else may write there.
   */
  constructor(directory: string, limits: KeptLimits) {
    this.#owned = openOwnedFolder(directory, CACHE_USE);
    this.#limits = limits;
    holdOwnedFolder(directory, this.#owned, CACHE_USE);
  }

  /** Gives it free to be granted. */
  release(): void {
    releaseOwnedFolder(this.#owned);
  }

  /** A file's bytes; undefined when it is not there, or not one of ours. */
  async read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const path = join(this.#owned.path, name);
    try {
      // Opening anything else than a file might wait for ever.
      if (!this.#isOwn(await Deno.lstat(path))) return undefined;
      using file = await Deno.open(path);
      const info = await file.stat();
      if (!this.#isOwn(info) || !isStill(this.#owned)) return undefined;
      const bytes = await readWhole(file, info.size);
      // What was used last is removed last.
      await file.utime(new Date(), new Date());
      return bytes;
    } catch {
      return undefined;
    }
  }

  /** The names that begin so. */
  async names(beginning: string): Promise<string[]> {
    const names: string[] = [];
    try {
      for await (const { name } of Deno.readDir(this.#owned.path)) {
        if (!name.startsWith(beginning) || UNFINISHED.test(name)) continue;
        names.push(name);
      }
    } catch {
      // Somebody removed the folder: what was found is not there either.
    }
    return names;
  }

  /**
   * Keeps a file, and removes those that were not used for longest.
   *
   * @returns whether it is kept: where it can't be, nothing is left of it.
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

  /** Removes a file that is of no use. */
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
