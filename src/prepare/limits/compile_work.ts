/** Counts the work that a function causes for V8's two compilers. */

import { STRETCH_BYTES } from "../rewrite/operator_cost.ts";
import type { ParsedModule } from "../read/parsed_module.ts";
import { MODULE_LIMITS } from "./module_limits.ts";

/** The block types that are no type index. */
export const BlockType = { empty: -1, oneResult: -2 } as const;

/** The kinds of blocks, by cost. */
export const BlockKind = { block: 0, if: 1, loop: 2, try: 3 } as const;

/**
 * How much the operand stack may grow between samples: pushing a value takes at
 * least two bytes.
 */
export const STEEP: number = STRETCH_BYTES / 2;

/** Where what is known about an open block stands. */
const Place = { floor: 0, params: 1, results: 2, start: 3, flags: 4 } as const;
const PLACES = 5;

/** Bits of a block's flags, above its kind. */
const Flag = {
  kind: 3,
  /** A branch to its end has been seen. */
  isTarget: 4,
  /** Exceptions of calls lead to its handlers. */
  catches: 8,
} as const;

/** Copies of the state that a block of each kind makes by itself. */
export const COPIES: readonly number[] = [0, 2, 2, 5];

/** The state is copied twice around a check's own `if`. */
export const COPIES_OF_CHECK = 2;

/** An arm that ends and one that begins. */
export const COPIES_OF_ARM = 2;

/** The average size of an injected operator. */
export const OPERATOR_BYTES = 2;

/** Slow paths of a look-up or an access to a table, where a throw is one. */
const SLOW_PATHS = 3;

/**
 * What a function makes V8's compilers do, as places in
 * {@linkcode CompileCounts}. "State" means all locals and operands at a point:
 * compilers copy it, or walk over it, where control flow joins.
 */
export const Count = {
  /** Bytes of code, checks included. */
  bytes: 0,
  /** Branches and blocks that are not plain. */
  joints: 1,
  /** Direct calls, and operators that call into the engine. */
  calls: 2,
  /** Calls that first look the callee up. */
  lookups: 3,
  /** Entries of tables that are read or written. */
  tableAccesses: 4,
  /** Divisions, and conversions that trap or saturate. */
  branchings: 5,
  loops: 6,
  /**
   * The square of all that has slow paths of its own: look-ups, accesses to
   * tables, divisions and conversions, throws, loops.
   */
  crowd: 7,
  /** Bytes of code inside of loops, once for each loop around them. */
  loopBytes: 8,
  /** Parameters and results of calls and returns. */
  values: 9,
  /** State that is copied: variables, operands and the types of blocks. */
  copies: 10,
  /** State that is walked over. */
  sweeps: 11,
  /**
   * Bytes of code times the largest state: for each operator, the compiler may
   * look through all of it for what lies in a register that it needs.
   */
  spills: 12,
  /** Variables that may change their place at a look-up or a handler. */
  merges: 13,
  /** Entries of branch tables, and their squares. */
  targets: 14,
  targetSquares: 15,
  /** Variables, parameters included. */
  locals: 16,
  /** Operators that do something, by their fuel. */
  operators: 17,
  /** Their units of time: memory accesses and vectors take most of them. */
  time: 18,
  /** The square of all that leads to a handler of the function. */
  handledSquares: 19,
  /** The same times throws, look-ups and accesses to tables, as SLOW_PATHS. */
  handledSlowly: 20,
  /** Calls and throws that lead to a handler of the function. */
  handled: 21,
  throws: 22,
} as const;

export const COUNTED: number = Object.keys(Count).length;

/**
 * The numbers by {@linkcode Count}. They never fall: code that can't be reached
 * is counted as if it could, and the operand stack never sinks below its
 * block's own floor.
 */
export type CompileCounts = Float64Array;

/** Follows a walk over a function's body and counts. */
export class CompileWork {
  readonly #params: Int32Array;
  readonly #results: Int32Array;
  readonly #tags: readonly number[];
  /** Open blocks, each in places as in {@linkcode Place}. */
  readonly #blocks = new Int32Array((MODULE_LIMITS.nesting + 2) * PLACES);
  #depth = 0;
  #tries = 0;
  #locals = 0;
  // What is counted most often; the rest is in the array at once.
  #joints = 0;
  #calls = 0;
  #values = 0;
  #copies = 0;
  #sweeps = 0;
  #operators = 0;
  #time = 0;
  /** Calls and throws that lead to a handler. */
  #handled = 0;
  #slowPaths = 0;
  /** The highest that the operand stack has been. */
  #highest = 0;
  #height = 0;
  /** The innermost block's floor. */
  #bottom = 0;
  #bodyResults = 0;
  #crowded = 0;
  readonly #counts: CompileCounts = new Float64Array(COUNTED);

  constructor(guest: ParsedModule) {
    const { types } = guest;
    this.#params = Int32Array.from(types, (type) => type.params.length);
    this.#results = Int32Array.from(types, (type) => type.results.length);
    this.#tags = guest.tags;
  }

  /**
   * What was counted since {@linkcode begin} for a body of so many bytes, some
   * of which were put in.
   */
  finish(bytes: number, inserted: number): CompileCounts {
    const counts = this.#counts;
    counts[Count.bytes] = bytes;
    counts[Count.joints] = this.#joints;
    counts[Count.calls] = this.#calls;
    counts[Count.values] = this.#values;
    counts[Count.copies] = this.#copies;
    counts[Count.sweeps] = this.#sweeps;
    counts[Count.operators] = this.#operators +
      Math.max(0, inserted) / OPERATOR_BYTES;
    counts[Count.time] = this.#time;
    counts[Count.handled] = this.#handled;
    counts[Count.handledSquares] = this.#handled * this.#handled;
    counts[Count.handledSlowly] = this.#handled * this.#slowPaths;
    counts[Count.spills] = bytes * (this.#locals + this.#highest + STEEP);
    return counts;
  }

  /** Starts a function with so many variables, parameters included. */
  begin(locals: number, results: number): void {
    // Faster than fill, which is made for long arrays.
    for (let i = 0; i < COUNTED; i++) this.#counts[i] = 0;
    this.#joints = 0;
    this.#calls = 0;
    this.#values = 0;
    this.#copies = 0;
    this.#sweeps = 0;
    this.#operators = 0;
    this.#time = 0;
    this.#handled = 0;
    this.#slowPaths = 0;
    this.#highest = 0;
    this.#locals = locals;
    this.#bodyResults = results;
    this.#counts[Count.locals]! = locals;
    this.#height = 0;
    this.#bottom = 0;
    this.#depth = 0;
    this.#tries = 0;
    this.#crowded = 0;
  }

  /** A stretch of code has operators of so much fuel and time. */
  spend(fuel: number, time: number): void {
    this.#operators += fuel;
    this.#time += time;
  }

  /**
   * After a stretch of code the operand stack has so many values more. In code
   * that can't be reached it may seem to sink below its block's floor.
   */
  stretch(by: number): void {
    this.#height += by;
  }

  /** Notes how high the operand stack is: at least every 256 bytes. */
  look(): void {
    if (this.#height > this.#highest) this.#highest = this.#height;
  }

  /** A direct call. */
  call(type: number): void {
    const params = this.#params[type]!;
    const results = this.#results[type]!;
    this.#values += params + results;
    this.builtin();
    if (this.#tries > 0) this.#handle();
    this.stretch(-params);
    this.stretch(results);
  }

  /** A call whose callee, an operand, is looked up first. */
  callLookedUp(type: number): void {
    this.#counts[Count.lookups]!++;
    this.#slowPaths += SLOW_PATHS;
    this.#crowd();
    this.#counts[Count.merges]! += this.#locals;
    this.stretch(-1);
    this.call(type);
  }

  /** A function is called in place of an operator, which a handler may see. */
  callInstead(): void {
    this.builtin();
    if (this.#tries > 0) this.#handle();
  }

  /** A table is read or written. */
  tableAccess(): void {
    this.#counts[Count.tableAccesses]!++;
    this.#slowPaths += SLOW_PATHS;
    this.#crowd();
    this.builtin();
  }

  /** An operator whose code branches. */
  branching(): void {
    this.#counts[Count.branchings]!++;
    this.#crowd();
  }

  /** The engine is called: the whole state is looked through and spilt. */
  builtin(): void {
    this.#calls++;
    this.#sweeps += this.#state();
  }

  /** An exception of this tag is thrown, or one that there is already. */
  throw(tag?: number): void {
    if (tag !== undefined) {
      this.#values += this.#params[this.#tags[tag]!]!;
    }
    this.#crowd();
    this.#slowPaths++;
    this.#counts[Count.throws]!++;
    this.callInstead();
  }

  /** The function is left with its results. */
  return(): void {
    this.#values += this.#bodyResults;
  }

  /** A check of the stop word is put in. */
  check(): void {
    this.#joints++;
    this.#copies += COPIES_OF_CHECK * this.#state();
  }

  branch(label: number): void {
    const blocks = this.#blocks;
    const block = (this.#depth - 1 - label) * PLACES;
    const flags = blocks[block + Place.flags]!;
    const isLoop = (flags & Flag.kind) === BlockKind.loop;
    const arity = blocks[block + (isLoop ? Place.params : Place.results)]!;
    const height = this.#height;
    const state = this.#locals + (height > arity ? height : arity);
    this.#joints++;
    this.#sweeps += state;
    if (block === 0) this.#values += arity;
    if (isLoop || (flags & Flag.isTarget) !== 0) return;
    blocks[block + Place.flags] = flags | Flag.isTarget;
    this.#copies += state;
  }

  /** A branch table with this many targets, each of them branched to. */
  branchTable(targets: number): void {
    this.#counts[Count.targets]! += targets;
    this.#counts[Count.targetSquares]! += targets * targets;
  }

  /** Opens a block at this offset. */
  enter(kind: number, blockType: number, at: number): void {
    const blocks = this.#blocks;
    const block = this.#depth++ * PLACES;
    const params = blockType >= 0 ? this.#params[blockType]! : 0;
    const results = block === 0
      ? this.#bodyResults
      : this.#resultsOf(blockType);
    const below = this.#height - params;
    if (below > this.#bottom) this.#bottom = below;
    this.#height = this.#bottom + params;
    blocks[block] = this.#bottom;
    blocks[block + Place.params] = params;
    blocks[block + Place.results] = results;
    blocks[block + Place.start] = at;
    blocks[block + Place.flags] = kind;
    this.#copies += params + results;
    if (kind !== BlockKind.block) this.#enterJoint(kind, block);
  }

  #enterJoint(kind: number, block: number): void {
    this.#joints++;
    this.#copies += COPIES[kind]! * this.#state();
    if (kind === BlockKind.loop) {
      this.#counts[Count.loops]!++;
      this.#crowd();
    } else if (kind === BlockKind.try) {
      this.#tries++;
      this.#blocks[block + Place.flags]! |= Flag.catches;
    }
  }

  /** Another arm of the innermost block begins. */
  nextArm(): void {
    const block = (this.#depth - 1) * PLACES;
    this.#height = this.#bottom + this.#blocks[block + Place.params]!;
    this.#joints++;
    this.#copies += COPIES_OF_ARM * this.#state();
  }

  /** A handler begins: for exceptions of a tag, or for all. */
  catch(tag?: number): void {
    this.nextArm();
    this.#handlesNoMore((this.#depth - 1) * PLACES);
    this.#height = this.#bottom;
    if (tag === undefined) return;
    const values = this.#params[this.#tags[tag]!]!;
    this.#height += values;
    this.#values += values;
  }

  /** Closes a block whose end is at this offset. */
  leave(at: number): void {
    const blocks = this.#blocks;
    const block = --this.#depth * PLACES;
    const flags = blocks[block + Place.flags]!;
    const results = blocks[block + Place.results]!;
    this.#height = this.#bottom + results;
    if (flags !== BlockKind.block) {
      this.#sweeps += this.#state();
      if ((flags & Flag.catches) !== 0) this.#handlesNoMore(block);
      if ((flags & Flag.kind) === BlockKind.loop) {
        this.#counts[Count.loopBytes]! += at - blocks[block + Place.start]!;
      }
    }
    if (block === 0) {
      this.#bottom = 0;
      this.#values += results;
    } else this.#bottom = blocks[block - PLACES]!;
  }

  /** Keeps the square up: (n + 1)² is n² + 2n + 1. */
  #crowd(): void {
    this.#crowded++;
    this.#counts[Count.crowd]! += 2 * this.#crowded - 1;
  }

  #state(): number {
    const height = this.#height;
    return this.#locals + (height > this.#bottom ? height : this.#bottom);
  }

  /** What is thrown here leads to a handler of this function. */
  #handle(): void {
    this.#joints++;
    this.#handled++;
    this.#counts[Count.merges]! += this.#state();
  }

  #handlesNoMore(block: number): void {
    const flags = this.#blocks[block + Place.flags]!;
    if ((flags & Flag.catches) === 0) return;
    this.#tries--;
    this.#blocks[block + Place.flags] = flags & ~Flag.catches;
  }

  #resultsOf(blockType: number): number {
    if (blockType >= 0) return this.#results[blockType]!;
    return blockType === BlockType.oneResult ? 1 : 0;
  }
}
