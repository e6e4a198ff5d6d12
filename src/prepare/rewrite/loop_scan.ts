/**
 * A look ahead over a small loop, for what makes less than a check of the stop
 * word in every round enough. Nothing is guessed: a bound counts only where the
 * loop can't go on beyond it.
 */

import {
  CORE_OPERATORS,
  Shape,
  VECTOR_OPERATORS,
} from "../../wasm/operators.ts";
import { SHORT_VALUE_TYPE } from "../../wasm/value_type.ts";
import { constantAt } from "./loop_entry.ts";
import {
  countingForm,
  type Ending,
  endingForm,
  type LoopForm,
  MAX_UNITS,
  type Step,
} from "./loop_form.ts";
import { OPERATOR_COST, timeIn } from "./operator_cost.ts";

/** Loops of more bytes are not looked at. */
export const MAX_BYTES = 512;
/** Different writes to variables in a loop that are kept in mind. */
export const MAX_WRITES = 64;

const SHAPE = CORE_OPERATORS.shape;
const EMPTY_BLOCK = 0x40;
const MULTI_MEMORY = 0x40;

/** How far the last operators have come to `step; br_if` and the like. */
const Stage = {
  none: 0,
  got: 1,
  constant: 2,
  added: 3,
  stepped: 4,
  bound: 5,
  compared: 6,
} as const;
/** A constant of more bytes is no bound. */
export const MAX_BOUND_BYTES = 4;

const Op = {
  localGet: 0x20,
  localTee: 0x22,
  i32Const: 0x41,
  i32Ne: 0x47,
  i64Const: 0x42,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i64Add: 0x7c,
  i64Sub: 0x7d,
} as const;

/**
 * Looks at loops. A form is found only if
 *
 * - the whole body is understood, and has no other loop in it,
 * - the step or the call stands in no inner block, and before anything that
 *   jumps back to the loop: every round comes by,
 * - nothing else in the loop writes the variable.
 *
 * A loop ends by itself if, in addition, it jumps back in one place only: right
 * behind the step, while the variable is not 0 or another constant; and if
 * straight code before it gives the variable a constant.
 */
export class LoopScan {
  readonly #bytes: Uint8Array;
  /** Which functions check when they are entered. */
  readonly #checks: Uint8Array;
  readonly #callUnits: number;
  #pos = 0;
  #depth = 0;
  #units = 0;
  #jumpsBack = 0;
  #calls = false;
  /** It calls something, whether that checks or not. */
  #hasCalls = false;
  #ending: Ending | undefined;
  readonly #written: number[] = [];
  readonly #steps: Step[] = [];

  // The last operators, as far as they may become a step.
  #stage = 0;
  #local = 0;
  #step = 0;
  #is64 = false;
  #bound = 0;

  constructor(bytes: Uint8Array, checks: Uint8Array, callUnits: number) {
    this.#bytes = bytes;
    this.#checks = checks;
    this.#callUnits = callUnits;
  }

  /**
   * The form of the loop whose body starts at `start`, if it has one.
   *
   * @param self The function that the loop is in.
   * @param straight Where straight code begins that leads to the loop.
   * @param at Where the loop itself begins.
   */
  scan(
    start: number,
    end: number,
    self: number,
    straight: number,
    at: number,
  ): LoopForm | undefined {
    this.#pos = start;
    this.#depth = 1;
    this.#units = 0;
    this.#stage = 0;
    this.#jumpsBack = 0;
    this.#calls = false;
    this.#hasCalls = false;
    this.#ending = undefined;
    this.#written.length = 0;
    this.#steps.length = 0;
    const last = Math.min(end, start + MAX_BYTES);
    while (this.#depth > 0) {
      if (this.#pos >= last || !this.#operator(self)) return undefined;
    }
    return this.#form(straight, at);
  }

  #form(straight: number, at: number): LoopForm | undefined {
    if (this.#units > MAX_UNITS) return undefined;
    if (this.#calls) return { kind: "calls", units: this.#units };
    const ends = this.#ends(straight, at);
    if (ends) return ends;
    for (const step of this.#steps) {
      const writes = this.#written.filter((one) => one === step.local).length;
      const form = writes === 1 ? countingForm(step, this.#units) : undefined;
      if (form) return form;
    }
    return undefined;
  }

  #ends(straight: number, at: number): LoopForm | undefined {
    const ending = this.#ending;
    if (!ending || this.#jumpsBack !== 1 || this.#hasCalls) return undefined;
    const { local } = ending;
    if (this.#written.filter((one) => one === local).length !== 1) {
      return undefined;
    }
    const from = constantAt(this.#bytes, straight, at, local);
    return from === undefined
      ? undefined
      : endingForm(ending, from, this.#units);
  }

  /** Reads one operator; false when it is none that is understood here. */
  #operator(self: number): boolean {
    const opcode = this.#bytes[this.#pos++]!;
    const shape = SHAPE[opcode]! as Shape;
    this.#units += timeIn(OPERATOR_COST[opcode]!);
    const stage = this.#stage;
    this.#stage = Stage.none;
    switch (shape) {
      case Shape.None:
      case Shape.Branching:
        this.#arithmetic(opcode, stage);
        return true;
      case Shape.Local:
        return this.#variable(opcode, stage);
      case Shape.Leb:
        return this.#constant(opcode, stage);
      case Shape.Global:
      case Shape.Table:
      case Shape.RefFunc:
      case Shape.MemorySize:
        this.#u32();
        return true;
      case Shape.MemArg:
        return this.#memArg();
      case Shape.Bytes4:
        this.#pos += 4;
        return true;
      case Shape.Bytes8:
        this.#pos += 8;
        return true;
      case Shape.PrefixFd:
        return this.#vector();
      default:
        return this.#control(shape, self, stage);
    }
  }

  #control(shape: Shape, self: number, stage: number): boolean {
    switch (shape) {
      case Shape.Block:
      case Shape.If:
        this.#depth++;
        return this.#shortBlockType();
      case Shape.Else:
      case Shape.Return:
      case Shape.Unreachable:
        return true;
      case Shape.End:
        this.#depth--;
        return true;
      case Shape.Br:
      case Shape.BrIf:
        if (this.#u32() === this.#depth - 1) this.#jumpBack(shape, stage);
        return true;
      case Shape.Call:
        this.#call(this.#u32(), self);
        return true;
      case Shape.CallIndirect:
        this.#u32();
        this.#u32();
        this.#units += this.#callUnits;
        this.#hasCalls = true;
        return true;
      default:
        return false;
    }
  }

  /** Whether an operator here is passed in every round. */
  get #isInEveryRound(): boolean {
    return this.#depth === 1 && this.#jumpsBack === 0;
  }

  #jumpBack(shape: Shape, stage: number): void {
    const isBound = stage === Stage.stepped || stage === Stage.compared;
    if (shape === Shape.BrIf && isBound) {
      this.#ending = {
        local: this.#local,
        step: this.#step,
        is64: this.#is64,
        until: stage === Stage.stepped ? 0 : this.#bound,
      };
    }
    this.#jumpsBack++;
  }

  #call(callee: number, self: number): void {
    this.#units += this.#callUnits;
    this.#hasCalls = true;
    const checks = callee === self || this.#checks[callee] === 1;
    if (checks && this.#isInEveryRound) this.#calls = true;
  }

  #arithmetic(opcode: number, stage: number): void {
    if (stage === Stage.bound && opcode === Op.i32Ne) {
      this.#stage = Stage.compared;
    }
    if (stage !== Stage.constant) return;
    const add = this.#is64 ? Op.i64Add : Op.i32Add;
    const sub = this.#is64 ? Op.i64Sub : Op.i32Sub;
    if (opcode === sub) this.#step = -this.#step;
    if (opcode === add || opcode === sub) this.#stage = Stage.added;
  }

  #variable(opcode: number, stage: number): boolean {
    const local = this.#u32();
    if (opcode === Op.localGet) {
      this.#local = local;
      this.#stage = Stage.got;
      return true;
    }
    if (
      stage === Stage.added && local === this.#local && this.#isInEveryRound
    ) {
      this.#steps.push({ local, step: this.#step, is64: this.#is64 });
      if (opcode === Op.localTee) this.#stage = Stage.stepped;
    }
    return this.#written.push(local) <= MAX_WRITES;
  }

  /** A constant; one that is longer than three bytes is no step. */
  #constant(opcode: number, stage: number): boolean {
    const start = this.#pos;
    let value = 0;
    for (let shift = 0;; shift += 7) {
      const byte = this.#bytes[this.#pos++]!;
      if (shift < 28) value |= (byte & 0x7f) << shift;
      if (!(byte >= 0x80)) {
        const unused = 25 - shift;
        if (unused > 0) value = value << unused >> unused;
        break;
      }
    }
    const length = this.#pos - start;
    if (stage === Stage.got && length <= 3) {
      this.#step = value;
      this.#is64 = opcode === Op.i64Const;
      this.#stage = Stage.constant;
    } else if (
      stage === Stage.stepped && opcode === Op.i32Const &&
      length <= MAX_BOUND_BYTES
    ) {
      this.#bound = value;
      this.#stage = Stage.bound;
    }
    return true;
  }

  #memArg(): boolean {
    if (this.#bytes[this.#pos++]! >= MULTI_MEMORY) return false;
    this.#skipLeb();
    return true;
  }

  #vector(): boolean {
    switch (VECTOR_OPERATORS.shape[this.#u32()]) {
      case Shape.None:
        return true;
      case Shape.Lane:
        this.#pos++;
        return true;
      case Shape.Bytes16:
        this.#pos += 16;
        return true;
      case Shape.MemArg:
        return this.#memArg();
      case Shape.MemArgLane: {
        const isKnown = this.#memArg();
        this.#pos++;
        return isKnown;
      }
      default:
        return false;
    }
  }

  #shortBlockType(): boolean {
    const byte = this.#bytes[this.#pos++]!;
    return byte === EMPTY_BLOCK || SHORT_VALUE_TYPE[byte] === 1;
  }

  /** An index; one that is malformed is refused by whoever reads it next. */
  #u32(): number {
    let value = 0;
    for (let shift = 0;; shift += 7) {
      const byte = this.#bytes[this.#pos++]!;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (!(byte >= 0x80)) return value >>> 0;
    }
  }

  #skipLeb(): void {
    while (this.#bytes[this.#pos++]! >= 0x80) { /* its last byte is below */ }
  }
}
