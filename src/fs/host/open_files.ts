/** Tracks the host descriptors of one guest. */

import * as fs from "node:fs";

/**
 * Opens and closes files for one guest. However the guest ends,
 * {@linkcode OpenFiles.closeAll} closes its remaining descriptors.
 */
export class OpenFiles {
  readonly #fds = new Set<number>();

  /** Opens a path as `node:fs` does. */
  open(path: string, flags: number): number {
    const fd = fs.openSync(path, flags);
    this.#fds.add(fd);
    return fd;
  }

  /** Closes a descriptor that was opened here, once. */
  close(fd: number): void {
    if (!this.#fds.has(fd)) return;
    try {
      fs.closeSync(fd);
    } catch (error) {
      // It is still open only after a stack overflow: otherwise the kernel has
      // freed the number, whatever it returned.
      if (!(error instanceof RangeError)) this.#fds.delete(fd);
      throw error;
    }
    this.#fds.delete(fd);
  }

  /** Closes everything and ignores errors, as nobody could handle them. */
  closeAll(): void {
    for (const fd of this.#fds) {
      try {
        this.close(fd);
      } catch {
        continue;
      }
    }
  }
}
