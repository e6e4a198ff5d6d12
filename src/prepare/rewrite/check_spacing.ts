/** Where checks must stand, so that no path through a function goes on without. */

import { MODULE_LIMITS } from "../limits/module_limits.ts";

/**
 * How much may run without a check, in units of one operator each. The slowest
 * is a load that no cache holds, some 0.1 to 0.2 µs.
 */
export interface SpacingLimits {
  /** Units on a path without a check. */
  readonly between: number;
  /** What a call counts: its callee may be a leaf, which has no check. */
  readonly call: number;
  /**
   * Units from the return of a callee to the function's own, without a check.
   * A stack holds some 30,000 frames, and all of them may return in a row.
   */
  readonly ascent: number;
}

/** Without fuel, checks are for time alone: 0.4 ms at the very worst. */
export const TIME_SPACING: SpacingLimits = {
  between: 4096,
  call: 256,
  ascent: 7,
};

/** With fuel, a budget is overrun by no more than what a leaf may consume. */
export const FUEL_SPACING: SpacingLimits = {
  between: 192,
  call: 16,
  ascent: 7,
};

/** What has run since a call returned, where there was no call. */
const NO_CALL = -1;

/**
 * Follows every path through a function by the most that it may have run since
 * its last check: a check inside a block says nothing about the paths around
 * that block.
 */
export class CheckSpacing {
  readonly #limits: SpacingLimits;
  readonly #sinceAtEntry = frames();
  readonly #ascentAtEntry = frames();
  readonly #totalAtEntry = new Float64Array(MODULE_LIMITS.nesting + 2);
  /** The most of all paths that jump to a block's end. */
  readonly #sinceAtExit = frames();
  readonly #ascentAtExit = frames();
  readonly #kinds = new Uint8Array(MODULE_LIMITS.nesting + 2);
  #depth = 0;
  /** Units since the last check, on the path where they are most. */
  #since = 0;
  /** Units since a call returned, or {@linkcode NO_CALL}. */
  #ascent = NO_CALL;
  /** Units of all code so far, whether there are checks in it or not. */
  #total = 0;

  constructor(limits: SpacingLimits) {
    this.#limits = limits;
  }

  begin(): void {
    this.#depth = 0;
    this.#total = 0;
    this.checked();
  }

  spend(units: number): void {
    this.#total += units;
    this.#since += units;
    if (this.#ascent !== NO_CALL) this.#ascent += units;
  }

  /** Whether a check is due here. */
  get isDue(): boolean {
    return this.#since > this.#limits.between;
  }

  /** Whether a check is due before a call. */
  get isDueBeforeCall(): boolean {
    return this.#since + this.#limits.call > this.#limits.between;
  }

  /** Whether a check is due before the function returns. */
  get isDueAtReturn(): boolean {
    return this.#ascent > this.#limits.ascent;
  }

  /** What has run since a call returned; negative when none has. */
  get ascent(): number {
    return this.#ascent;
  }

  checked(): void {
    this.#since = 0;
    this.#ascent = NO_CALL;
  }

  /** Counts a call; the callee's own check ends what was counted up to it. */
  call(calleeChecks: boolean): void {
    const { call } = this.#limits;
    this.#total += call;
    this.#since += call;
    this.#ascent = calleeChecks || this.#ascent === NO_CALL
      ? 0
      : this.#ascent + call;
  }

  /** What follows can't be reached from here. */
  endPath(): void {
    this.checked();
  }

  enter(kind: FrameKind): void {
    const depth = this.#depth++;
    const skips = kind === FrameKind.If;
    this.#kinds[depth] = kind;
    this.#sinceAtEntry[depth] = this.#since;
    this.#ascentAtEntry[depth] = this.#ascent;
    this.#totalAtEntry[depth] = this.#total;
    this.#sinceAtExit[depth] = skips ? this.#since : 0;
    this.#ascentAtExit[depth] = skips ? this.#ascent : NO_CALL;
  }

  /** A jump to the end of an open block, or to a loop's own check. */
  branch(label: number): void {
    this.#leavesThrough(this.#depth - 1 - label);
  }

  /** An open block whose end is the handler of what throws from here on. */
  handles(label: number): void {
    const frame = this.#depth - 1 - label;
    if (this.#kinds[frame] !== FrameKind.Loop) {
      this.#kinds[frame] = FrameKind.Handler;
    }
  }

  /** Another arm of the innermost block. */
  nextArm(isHandler: boolean): void {
    const frame = this.#depth - 1;
    this.#leavesThrough(frame);
    this.#since = this.#sinceAtEntry[frame]!;
    this.#ascent = this.#ascentAtEntry[frame]!;
    if (isHandler) this.#fromAnywhereIn(frame);
  }

  leave(): void {
    const frame = --this.#depth;
    this.#since = Math.max(this.#since, this.#sinceAtExit[frame]!);
    this.#ascent = Math.max(this.#ascent, this.#ascentAtExit[frame]!);
    if (this.#kinds[frame] === FrameKind.Handler) this.#fromAnywhereIn(frame);
  }

  #leavesThrough(frame: number): void {
    if (this.#kinds[frame] === FrameKind.Loop) return;
    if (this.#since > this.#sinceAtExit[frame]!) {
      this.#sinceAtExit[frame] = this.#since;
    }
    if (this.#ascent > this.#ascentAtExit[frame]!) {
      this.#ascentAtExit[frame] = this.#ascent;
    }
  }

  /** Whatever threw may have run all of the block before, and called. */
  #fromAnywhereIn(frame: number): void {
    const inside = this.#total - this.#totalAtEntry[frame]!;
    const most = this.#sinceAtEntry[frame]! + inside;
    this.#since = Math.max(this.#since, most);
    this.#ascent = Math.max(this.#ascent, most);
  }
}

/** How paths go through a block. */
export const FrameKind = { Block: 0, Loop: 1, If: 2, Handler: 3 } as const;

/** One value of {@linkcode FrameKind}. */
export type FrameKind = typeof FrameKind[keyof typeof FrameKind];

function frames(): Int32Array {
  return new Int32Array(MODULE_LIMITS.nesting + 2);
}
