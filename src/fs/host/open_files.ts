/** The host's descriptors that one guest holds, from opening to closing. */

import * as fs from "node:fs";

/**
 * Opens and closes for one guest. Whatever ends the guest, and wherever that
 * finds it, {@linkcode OpenFiles.closeAll} closes what it still holds.
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
      // Only where the stack ended before is it still open: the kernel gives
      // the number away again whatever it answers.
      if (!(error instanceof RangeError)) this.#fds.delete(fd);
      throw error;
    }
    this.#fds.delete(fd);
  }

  /** Closes everything; nobody is left whom an error could tell anything. */
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
