/** Limits the total machine code of a process's modules. */

import { CompilationFailed } from "../../errors.ts";
import { MODULE_LIMITS } from "./module_limits.ts";

/** Bytes in a MiB. */
const MIB = 1024 * 1024;

/**
 * Counts the estimated machine code of all loaded modules: a module that has
 * run keeps its code as long as it is loaded, and V8 ends the process when its
 * code space is full.
 */
export class CodeBudget {
  readonly #limit: number;
  #taken = 0;

  /** @param limit Bytes of machine code. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Reserves space for a module's code.
   *
   * @returns a function that releases it; further calls do nothing.
   * @throws {CompilationFailed} when too little is left.
   */
  take(bytes: number): () => void {
    const together = this.#taken + bytes;
    if (together > this.#limit) {
      throw new CompilationFailed(
        `Cannot load module: with it, the loaded modules of this process may ` +
          `become ${inMiB(together)} of machine code, limit is ` +
          `${inMiB(this.#limit)}; unload modules that are not in use`,
      );
    }
    this.#taken = together;
    let isTaken = true;
    return () => {
      if (isTaken) this.#taken -= bytes;
      isTaken = false;
    };
  }
}

function inMiB(bytes: number): string {
  return `${Math.ceil(bytes / MIB)} MiB`;
}

/** V8's code space is per process, so there is one budget. */
export const processCode: CodeBudget = new CodeBudget(
  MODULE_LIMITS.processCodeBytes,
);
