/**
 * Decides where checks are needed, so that every path through a function has
 * them.
 */

import { MODULE_LIMITS } from "../limits/module_limits.ts";

/** How much may run without a check. */
export interface SpacingLimits {
  /** Whether a path is measured by its fuel, and not by its time. */
  readonly countsFuel: boolean;
  /** Units on a path without a check. */
  readonly between: number;
  /** What a call counts: its callee may be a leaf, which has no check. */
  readonly call: number;
  /**
   * Units of time from the return of a callee to the function's own. A stack
   * holds some 30,000 frames, and all of them may return in a row.
   */
  readonly ascent: number;
}

/** Units of time that a body without a check of its own may take. */
export const LEAF_UNITS = 1024;

/** Without fuel, checks are for time alone: see OPERATOR_COST for the unit. */
export const TIME_SPACING: SpacingLimits = {
  countsFuel: false,
  between: 32_768,
  call: LEAF_UNITS,
  ascent: 24,
};

/** With fuel, a budget is overrun by no more than what a leaf may consume. */
export const FUEL_SPACING: SpacingLimits = {
  countsFuel: true,
  between: 192,
  call: 16,
  ascent: 24,
};

/** In place of what has run since a call returned, where there was none. */
const NO_CALL = -1;

/** How paths go through a block. */
export const FrameKind = { Block: 0, Loop: 1, If: 2, Handler: 3 } as const;

/** One value of {@linkcode FrameKind}. */
export type FrameKind = typeof FrameKind[keyof typeof FrameKind];

// What is kept of an open block: words of one array, for speed.
const Frame = {
  kind: 0,
  /** At its start. */
  since: 1,
  ascent: 2,
  total: 3,
  /** The most of all paths that jump to its end. */
  exitSince: 4,
  exitAscent: 5,
} as const;
const FRAME_WORDS = 8;

/**
 * Tracks, for every path through a function, the maximum work since its last
 * check: a check inside a block does not cover the paths around that block.
 */
export class CheckSpacing {
  readonly #limits: SpacingLimits;
  readonly #countsFuel: boolean;
  readonly #between: number;
  readonly #frames = new Int32Array(
    (MODULE_LIMITS.nesting + 2) * FRAME_WORDS,
  );
  /** Where the innermost open block's words end. */
  #top = 0;
  /** Units since the last check, on the path where they are most. */
  #since = 0;
  /** Units since a call returned, or {@linkcode NO_CALL}. */
  #ascent = NO_CALL;
  /** Units of all code so far, whether there are checks in it; it may wrap. */
  #total = 0;

  constructor(limits: SpacingLimits) {
    this.#limits = limits;
    this.#countsFuel = limits.countsFuel;
    this.#between = limits.between;
  }

  begin(): void {
    this.#top = 0;
    this.#total = 0;
    this.checked();
  }

  spend(fuel: number, time: number): void {
    const units = this.#countsFuel ? fuel : time;
    this.#total = (this.#total + units) | 0;
    this.#since += units;
    if (this.#ascent !== NO_CALL) this.#ascent += time;
  }

  /** Whether so many units more would be too many. */
  wouldBeDue(units: number): boolean {
    return this.#since + units > this.#between;
  }

  /**
   * Counts what a loop may run before its check, and before what follows.
   *
   * @param calls Whether its rounds end with what runs after a call.
   */
  repeat(units: number, calls: boolean): void {
    this.spend(0, units);
    if (calls && this.#ascent === NO_CALL) this.#ascent = units;
  }

  /** Whether a check is due here. */
  get isDue(): boolean {
    return this.#since > this.#between;
  }

  /** Whether a check is due before a call. */
  get isDueBeforeCall(): boolean {
    return this.wouldBeDue(this.#limits.call);
  }

  /** Units of all code so far, while they are few. */
  get total(): number {
    return this.#total;
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

  /** Counts a call; a callee's own check ends what was counted up to it. */
  call(calleeChecks: boolean): void {
    const { call } = this.#limits;
    this.#total = (this.#total + call) | 0;
    this.#since = calleeChecks && !this.#countsFuel ? 0 : this.#since + call;
    this.#ascent = calleeChecks || this.#ascent === NO_CALL
      ? 0
      : this.#ascent + call;
  }

  /** What follows can't be reached from here. */
  endPath(): void {
    this.checked();
  }

  enter(kind: FrameKind): void {
    const frames = this.#frames;
    const frame = this.#top;
    this.#top = frame + FRAME_WORDS;
    const since = this.#since;
    const ascent = this.#ascent;
    frames[frame] = kind;
    frames[frame + Frame.since] = since;
    frames[frame + Frame.ascent] = ascent;
    frames[frame + Frame.total] = this.#total;
    // Without an `else`, a path goes around.
    const goesAround = kind === FrameKind.If;
    frames[frame + Frame.exitSince] = goesAround ? since : 0;
    frames[frame + Frame.exitAscent] = goesAround ? ascent : NO_CALL;
  }

  /** A jump to the end of an open block, or to a loop's own check. */
  branch(label: number): void {
    this.#leavesThrough(this.#frameOf(label));
  }

  /** An open block whose end is the handler of what throws from here on. */
  handles(label: number): void {
    const frame = this.#frameOf(label);
    if (this.#frames[frame] !== FrameKind.Loop) {
      this.#frames[frame] = FrameKind.Handler;
    }
  }

  /** Another arm of the innermost block. */
  nextArm(isHandler: boolean): void {
    const frame = this.#frameOf(0);
    this.#leavesThrough(frame);
    this.#since = this.#frames[frame + Frame.since]!;
    this.#ascent = this.#frames[frame + Frame.ascent]!;
    if (isHandler) this.#fromAnywhereIn(frame);
  }

  leave(): void {
    const frames = this.#frames;
    const frame = this.#top -= FRAME_WORDS;
    const since = frames[frame + Frame.exitSince]!;
    const ascent = frames[frame + Frame.exitAscent]!;
    if (since > this.#since) this.#since = since;
    if (ascent > this.#ascent) this.#ascent = ascent;
    if (frames[frame] === FrameKind.Handler) this.#fromAnywhereIn(frame);
  }

  #frameOf(label: number): number {
    return this.#top - (label + 1) * FRAME_WORDS;
  }

  #leavesThrough(frame: number): void {
    const frames = this.#frames;
    if (frames[frame] === FrameKind.Loop) return;
    if (this.#since > frames[frame + Frame.exitSince]!) {
      frames[frame + Frame.exitSince] = this.#since;
    }
    if (this.#ascent > frames[frame + Frame.exitAscent]!) {
      frames[frame + Frame.exitAscent] = this.#ascent;
    }
  }

  /** Whatever threw may have run all of the block before, and called. */
  #fromAnywhereIn(frame: number): void {
    const inside = (this.#total - this.#frames[frame + Frame.total]!) >>> 0;
    const most = this.#frames[frame + Frame.since]! + inside;
    this.#since = Math.max(this.#since, most);
    this.#ascent = Math.max(this.#ascent, most);
  }
}
