/** Writes the code that counts fuel. */

import { assemble } from "../../wasm/assembler.ts";
import { Shape } from "../../wasm/operators.ts";
import type { Writer } from "../../wasm/writer.ts";
import type { BodyEditor } from "./body_editor.ts";
import { stopWordText } from "./guard.ts";
import { MODULE_LIMITS } from "../limits/module_limits.ts";

/**
 * Where a function keeps the counter.
 *
 * - `direct`: in the global alone. Right everywhere, also at a handler that an
 *   exception reaches; best where there is no loop.
 * - `local`: in a variable, written to the global before anything that may
 *   leave the function, and read again after calls. A loop without calls then
 *   counts in a register.
 */
export type FuelMode = "direct" | "local";

/** What an operator does to the counter before it runs. */
const Before = { nothing: 0, charge: 1, save: 2 } as const;

const BEFORE: Uint8Array = new Uint8Array(64);
for (
  const shape of [
    Shape.Loop,
    Shape.If,
    Shape.Br,
    Shape.BrIf,
    Shape.BrTable,
    Shape.BrOnNull,
    Shape.End,
    Shape.Else,
    Shape.Catch,
    Shape.CatchAll,
    Shape.Delegate,
  ]
) BEFORE[shape] = Before.charge;

const CALLS = [Shape.Call, Shape.CallIndirect, Shape.CallRef];
const LEAVES = [
  Shape.Unreachable,
  Shape.Return,
  Shape.ReturnCall,
  Shape.ReturnCallIndirect,
  Shape.ReturnCallRef,
  Shape.Throw,
  Shape.ThrowRef,
  Shape.Rethrow,
];
for (const shape of [...CALLS, ...LEAVES]) BEFORE[shape] = Before.save;

/** Operators after which control does not continue. */
export const ENDS_PATH: readonly Shape[] = [...LEAVES, Shape.Br, Shape.BrTable];

const IS_END: Uint8Array = new Uint8Array(64);
for (const shape of ENDS_PATH) IS_END[shape] = 1;

const IS_CALL: Uint8Array = new Uint8Array(64);
for (const shape of CALLS) IS_CALL[shape] = 1;

const Op = {
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i64Const: 0x42,
  i64Add: 0x7c,
  unreachable: 0x00,
  block: 0x02,
  end: 0x0b,
} as const;

/** With the counter on the stack: whether a function may not be entered. */
const LAST_UNIT: Uint8Array = assemble("i64.const -1 i64.ge_s if void");

// Bits of what is known about an open block.
const Frame = {
  isLoop: 1,
  /** An `if` that has had no `else` yet. */
  isIf: 2,
  entryLive: 4,
  /** Something reachable jumps to its end. */
  exitLive: 8,
} as const;

/**
 * Counts fuel as wasmtime does: the cost of straight-line code is added at its
 * end, unreachable code costs nothing, and the counter is checked at function
 * entries and loop headers. It starts at minus the limit, and fuel is used up
 * when it is no longer negative.
 */
export class FuelMeter {
  readonly #editor: BodyEditor;
  readonly #global: number;
  readonly #usedUpOrStopped: Uint8Array;
  readonly #overrun: Uint8Array;
  readonly #overrunOrStopped: Uint8Array;
  readonly #frames: Uint8Array = new Uint8Array(MODULE_LIMITS.nesting + 2);
  #depth = 0;
  #live = true;
  #cost = 0;
  #total = 0;
  #local = 0;
  mode: FuelMode = "direct";

  constructor(editor: BodyEditor, global: number, stopMemory: number) {
    this.#editor = editor;
    this.#global = global;
    const stopped = `${stopWordText(stopMemory)} i32.or`;
    this.#usedUpOrStopped = assemble(`i64.const 0 i64.ge_s ${stopped} if void`);
    this.#overrun = assemble(`i64.const 0 i64.gt_s if void`);
    this.#overrunOrStopped = assemble(
      `i64.const 0 i64.gt_s ${stopped} if void`,
    );
  }

  /** Starts a function whose injected variable has the index `local`. */
  begin(mode: FuelMode, local: number): void {
    this.mode = mode;
    this.#local = local;
    this.#live = true;
    this.#cost = 0;
    this.#total = 0;
    this.#depth = 0;
  }

  /** Adds what the operators since the last call cost. */
  spend(cost: number): void {
    if (!this.#live) return;
    this.#cost += cost;
    this.#total += cost;
  }

  /** Charges before a structured operator at the offset `at`. */
  before(shape: Shape, at: number): void {
    if (!this.#live) return;
    const what = BEFORE[shape]!;
    if (what === Before.charge) this.#charge(at);
    else if (what === Before.save) this.save(at);
  }

  /** Notes how a structured operator leaves control. */
  after(shape: Shape, at: number): void {
    if (IS_CALL[shape] === 1) this.reload(at);
    if (IS_END[shape] === 1) this.#live = false;
  }

  enter(shape: Shape): void {
    this.#frames[this.#depth++] = (this.#live ? Frame.entryLive : 0) |
      (shape === Shape.Loop ? Frame.isLoop : 0) |
      (shape === Shape.If ? Frame.isIf : 0);
  }

  /** Another arm of the innermost block. */
  nextArm(): void {
    const frame = this.#frames[this.#depth - 1]!;
    this.#frames[this.#depth - 1] = (frame & ~Frame.isIf) |
      (this.#live ? Frame.exitLive : 0);
    this.#live = (frame & Frame.entryLive) !== 0;
  }

  leave(): void {
    const frame = this.#frames[--this.#depth]!;
    // An `if` without `else` has an empty other arm.
    const exit = frame & Frame.isIf
      ? frame & (Frame.entryLive | Frame.exitLive)
      : frame & Frame.exitLive;
    if (exit !== 0) this.#live = true;
  }

  branch(label: number): void {
    if (!this.#live) return;
    const frame = this.#depth - 1 - label;
    if ((this.#frames[frame]! & Frame.isLoop) === 0) {
      this.#frames[frame]! |= Frame.exitLive;
    }
  }

  /** At the start of the code: takes the counter over, and checks it. */
  entry(at: number): void {
    const out = this.#editor.copyTo(at);
    this.#addTo(out, Op.globalGet, this.#global, 1);
    out.byte(Op.localTee).u32(this.#local);
    if (this.mode === "direct") {
      out.byte(Op.globalSet).u32(this.#global);
      out.byte(Op.localGet).u32(this.#local);
    }
    this.#trapIf(this.#usedUpOrStopped, out);
  }

  /** At a loop's header. */
  header(at: number): void {
    const out = this.#editor.copyTo(at);
    this.#getCounter(out);
    this.#trapIf(this.#usedUpOrStopped, out);
  }

  /**
   * Where wasmtime has no check. It traps only for what is over the limit: a
   * call that consumes exactly its limit completes.
   */
  check(at: number): void {
    this.#checkFor(this.#overrunOrStopped, at);
  }

  /** The same for fuel alone. */
  checkBudget(at: number): void {
    this.#checkFor(this.#overrun, at);
  }

  /** Charges, and makes the global right. */
  save(at: number): void {
    if (!this.#live) return;
    if (this.mode === "direct") {
      this.#charge(at);
      return;
    }
    const out = this.#editor.copyTo(at);
    this.#addTo(out, Op.localGet, this.#local, this.#cost);
    out.byte(Op.globalSet).u32(this.#global);
    this.#cost = 0;
  }

  /** Takes the counter over again, after a call. */
  reload(at: number): void {
    if (this.mode === "direct" || !this.#live) return;
    const out = this.#editor.copyTo(at);
    out.byte(Op.globalGet).u32(this.#global);
    out.byte(Op.localSet).u32(this.#local);
  }

  /** Opens the block that every path to the function's end leaves through. */
  openBody(at: number, blockType: Uint8Array): void {
    if (this.mode === "direct") return;
    this.#editor.copyTo(at).byte(Op.block).bytes(blockType);
  }

  /** Closes it, and makes the global right. */
  closeBody(at: number): void {
    if (this.mode === "direct") return;
    const out = this.#editor.copyTo(at).byte(Op.end);
    out.byte(Op.localGet).u32(this.#local);
    out.byte(Op.globalSet).u32(this.#global);
  }

  /** At the start of a body of one stretch: traps where {@link entry} would. */
  leafEntry(at: number): void {
    const out = this.#editor.copyTo(at);
    out.byte(Op.globalGet).u32(this.#global).bytes(LAST_UNIT);
    this.#addToGlobal(out, 1);
    out.byte(Op.unreachable).byte(Op.end);
  }

  /** At the end of a body of one stretch: all of it, its entry included. */
  chargeWhole(at: number): void {
    this.#addToGlobal(this.#editor.copyTo(at), this.#total + 1);
  }

  #checkFor(condition: Uint8Array, at: number): void {
    if (!this.#live) return;
    this.#charge(at);
    const out = this.#editor.copyTo(at);
    this.#getCounter(out);
    this.#trapIf(condition, out);
  }

  #getCounter(out: Writer): void {
    if (this.mode === "direct") out.byte(Op.globalGet).u32(this.#global);
    else out.byte(Op.localGet).u32(this.#local);
  }

  #addToGlobal(out: Writer, cost: number): void {
    this.#addTo(out, Op.globalGet, this.#global, cost);
    out.byte(Op.globalSet).u32(this.#global);
  }

  #charge(at: number): void {
    if (this.#cost === 0) return;
    const out = this.#editor.copyTo(at);
    if (this.mode === "direct") {
      this.#addToGlobal(out, this.#cost);
    } else {
      this.#addTo(out, Op.localGet, this.#local, this.#cost);
      out.byte(Op.localSet).u32(this.#local);
    }
    this.#cost = 0;
  }

  #addTo(out: Writer, get: number, index: number, cost: number): void {
    out.byte(get).u32(index);
    if (cost !== 0) out.byte(Op.i64Const).signed(cost).byte(Op.i64Add);
  }

  /** With the counter on the stack: traps on a condition that opens an if. */
  #trapIf(condition: Uint8Array, out: Writer): void {
    out.bytes(condition);
    if (this.mode === "local") {
      out.byte(Op.localGet).u32(this.#local);
      out.byte(Op.globalSet).u32(this.#global);
    }
    out.byte(Op.unreachable).byte(Op.end);
  }
}
