/** Rewrites the function bodies of a module. */

import { ValueCode, writeValueType } from "../../wasm/value_type.ts";
import { Writer } from "../../wasm/writer.ts";
import { BodyEditor } from "./body_editor.ts";
import { BodyReader } from "../read/body_reader.ts";
import { LEAF_UNITS } from "./check_spacing.ts";
import type { BulkCalls } from "./bulk_calls.ts";
import { FuelMeter, type FuelMode } from "./fuel_meter.ts";
import { CompileBudget } from "../limits/compile_cost.ts";
import { type CompileCounts, Count } from "../limits/compile_work.ts";
import type { ParsedModule } from "../read/parsed_module.ts";
import { MODULE_LIMITS } from "../limits/module_limits.ts";
import { type InstanceChanges, OperatorWalk } from "../read/operator_walk.ts";
import type { WalkState } from "./walk_state.ts";

/** Bodies of more bytes, or that loop or call, have a check. */
export const LEAF_BYTES = 256;
/** And with so few variables: each of them is set to zero first. */
export const LEAF_LOCALS = 256;

/** What the rewriter puts into bodies. */
export interface BodyInjection {
  /** The check of the stop word. */
  readonly guard: Uint8Array;
  readonly bulk: BulkCalls;
  readonly stopMemory: number;
  /** The index of the fuel counter's global, if fuel is counted. */
  readonly fuelGlobal: number | undefined;
  /** What is known of the functions so far. */
  readonly state: WalkState;
}

/**
 * Rewrites function bodies: one walk that refuses features that can't be
 * bounded, checks every index against the guest's own counts, and copies the
 * body with inserted checks. Every byte read here is untrusted, and not yet
 * validated.
 */
export class FunctionRewriter {
  readonly #bytes: Uint8Array;
  readonly #guest: ParsedModule;
  readonly #guard: Uint8Array;
  readonly #reader: BodyReader;
  readonly #editor: BodyEditor;
  readonly #meter: FuelMeter | undefined;
  readonly #walk: OperatorWalk;
  readonly #budget: CompileBudget;
  /** Where the operators of the current body start. */
  #code = 0;
  /** How many bytes it has become. */
  #written = 0;

  constructor(guest: ParsedModule, out: Writer, injection: BodyInjection) {
    const { guard, bulk, fuelGlobal, stopMemory, state } = injection;
    const reader = new BodyReader(guest);
    const editor = new BodyEditor(guest.bytes, out);
    const meter = fuelGlobal === undefined
      ? undefined
      : new FuelMeter(editor, fuelGlobal, stopMemory);
    this.#bytes = guest.bytes;
    this.#guest = guest;
    this.#guard = guard;
    this.#reader = reader;
    this.#editor = editor;
    this.#meter = meter;
    this.#budget = new CompileBudget(meter !== undefined, state);
    this.#walk = new OperatorWalk(guest, {
      reader,
      editor,
      meter,
      guard,
      bulk,
      checks: state.checks,
    });
  }

  /** Bits of the features seen so far. */
  get features(): number {
    return this.#walk.features;
  }

  /** What the bodies may do to an instance. */
  get changes(): InstanceChanges {
    return this.#walk.changes;
  }

  /** Bytes of machine code that V8 may make of the bodies. */
  get machineCodeBytes(): number {
    return this.#budget.machineCodeBytes;
  }

  /**
   * Ends the module's last function.
   *
   * @throws {CompilationFailed} when all together cost V8 too much.
   */
  finish(): void {
    this.#budget.finish();
  }

  /** Rewrites the body that lies from `start` to `end`. */
  rewrite(index: number, start: number, end: number): void {
    const size = end - start;
    this.#reader.function = index;
    if (size > MODULE_LIMITS.bodyBytes) {
      this.#reader.tooMany("bytes", size, MODULE_LIMITS.bodyBytes, start);
    }
    // The block that a local counter needs has at most one result.
    this.#walk.beginFunction(this.#results().length <= 1);
    let mode: FuelMode | undefined = "direct";
    while (mode !== undefined) {
      this.#attempt(mode, start, end);
      mode = this.#walk.wanted;
      if (mode !== undefined) this.#editor.undo();
    }
    const inserted = this.#written - size;
    const counts = this.#walk.work.finish(this.#written, inserted);
    this.#budget.spend(index, counts, start);
    if (this.#isSimpleLeaf(size, counts)) this.#simplifyLeaf(start, end);
    else this.#walk.noteCheckAtEntry(index);
  }

  #attempt(mode: FuelMode, start: number, end: number): void {
    this.#editor.begin(start);
    const locals = this.#declare(mode, start, end);
    this.#walk.run(locals, end);
    if (this.#walk.wanted !== undefined) return;
    this.#written = this.#editor.end(end);
    const { rewrittenBodyBytes } = MODULE_LIMITS;
    if (this.#written > rewrittenBodyBytes) {
      const what = "bytes with its checks";
      this.#reader.tooMany(what, this.#written, rewrittenBodyBytes, start);
    }
  }

  /** Writes the declarations and the entry check; answers their number. */
  #declare(mode: FuelMode, start: number, end: number): number {
    const { count, groups } = this.#reader.locals(start, end);
    const code = this.#reader.pos;
    this.#code = code;
    const meter = this.#meter;
    if (!meter) {
      this.#editor.insert(code, this.#guard);
      return count;
    }
    this.#editor.copyTo(start).u32(groups + 1);
    this.#editor.skipTo(start + lebLength(this.#bytes, start));
    this.#editor.copyTo(code).byte(1).byte(ValueCode.i64);
    meter.begin(mode, count);
    meter.entry(code);
    if (mode === "local") meter.openBody(code, this.#resultBlock());
    return count;
  }

  /** The block type of the function's results, at most one of them. */
  #resultBlock(): Uint8Array {
    const results = this.#results();
    const type = new Writer(8);
    if (results.length === 0) type.byte(0x40);
    else writeValueType(type, results[0]!);
    return type.finish();
  }

  #results(): readonly number[] {
    const type = this.#guest.functions[this.#reader.function]!;
    return this.#guest.type(type).results;
  }

  /** With fuel, a leaf is charged as a whole only if it is one stretch. */
  #isSimpleLeaf(size: number, counts: CompileCounts): boolean {
    const { isLeaf, units } = this.#walk;
    const isSmall = size <= LEAF_BYTES && counts[Count.locals]! <= LEAF_LOCALS;
    return isSmall && isLeaf && units <= LEAF_UNITS &&
      (this.#meter === undefined || this.#walk.isStraight);
  }

  /** Small leaves can't be stopped, and are charged as a whole. */
  #simplifyLeaf(start: number, end: number): void {
    this.#editor.undo();
    this.#editor.begin(start);
    this.#meter?.leafEntry(this.#code);
    this.#meter?.chargeWhole(end - 1);
    this.#editor.end(end);
  }
}

/** How many bytes a LEB128 number takes in the source. */
function lebLength(bytes: Uint8Array, at: number): number {
  let length = 1;
  while (bytes[at + length - 1]! >= 0x80) length++;
  return length;
}
