/** Bounds the machine code that the modules of a process may become together. */

import { CompilationFailed } from "../../errors.ts";
import { MODULE_LIMITS } from "./module_limits.ts";

/** Bytes in a MiB. */
const MIB = 1024 * 1024;

/**
 * Counts what the loaded modules may become, run or not: a module that has run
 * keeps its code for as long as it is loaded, and V8 ends the process when all
 * of it is more than it has room for.
 */
export class CodeBudget {
  readonly #limit: number;
  #taken = 0;

  /** @param limit Bytes of machine code. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Takes room for a module's code.
   *
   * @returns What gives it back; again it does nothing.
   * @throws {CompilationFailed} when there is not so much left.
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

/** V8 has room for the code of a process, so there is one budget. */
export const processCode: CodeBudget = new CodeBudget(
  MODULE_LIMITS.processCodeBytes,
);
