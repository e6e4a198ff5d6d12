import { MODULE_LIMITS } from "../limits/module_limits.ts";

/**
 * Calls in a row without a check of the caller's own. Small leaves have no
 * check themselves and run for 2 µs at most, so 256 of them take 0.5 ms.
 */
const CALLS_BETWEEN_CHECKS = 256;

/**
 * Counts the calls on any path since the last check. A check inside a block
 * says nothing about the paths around that block.
 */
export class CheckSpacing {
  readonly #callsAtEntry: Int32Array = new Int32Array(
    MODULE_LIMITS.nesting + 2,
  );
  readonly #sinceAtEntry: Int32Array = new Int32Array(
    MODULE_LIMITS.nesting + 2,
  );
  #depth = 0;
  #calls = 0;
  #since = 0;

  begin(): void {
    this.#depth = 0;
    this.#calls = 0;
    this.#since = 0;
  }

  enter(): void {
    this.#callsAtEntry[this.#depth] = this.#calls;
    this.#sinceAtEntry[this.#depth++] = this.#since;
  }

  /** Another arm of the innermost block. */
  nextArm(): void {
    this.#since = this.#sinceAtEntry[this.#depth - 1]!;
  }

  leave(): void {
    const inside = this.#calls - this.#callsAtEntry[--this.#depth]!;
    this.#since = this.#sinceAtEntry[this.#depth]! + inside;
  }

  checked(): void {
    this.#since = 0;
  }

  /** Counts a call; true when a check is due before it. */
  call(): boolean {
    this.#calls++;
    return ++this.#since > CALLS_BETWEEN_CHECKS;
  }
}
