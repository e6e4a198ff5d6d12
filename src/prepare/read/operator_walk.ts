/** Walks over a function body once, validates it and inserts checks. */

import { malformed, refused } from "../../wasm/malformed.ts";
import {
  CORE_OPERATORS,
  REFUSED_OPERATORS,
  Shape,
} from "../../wasm/operators.ts";
import { readHeapType, readValueType } from "../../wasm/value_type.ts";
import type { BodyEditor } from "../rewrite/body_editor.ts";
import { type BodyReader, MULTI_MEMORY } from "./body_reader.ts";
import type { BulkCalls } from "../rewrite/bulk_calls.ts";
import { writeRoundCheck } from "../rewrite/guard.ts";
import type { LoopForm } from "../rewrite/loop_form.ts";
import { LoopScan } from "../rewrite/loop_scan.ts";
import {
  featuresIn,
  fuelIn,
  heightIn,
  OPERATOR_COST,
  OPERATOR_KIND,
  shapeIn,
  STRETCH_BYTES,
  timeIn,
} from "../rewrite/operator_cost.ts";
import {
  CheckSpacing,
  FrameKind,
  FUEL_SPACING,
  TIME_SPACING,
} from "../rewrite/check_spacing.ts";
import { BlockKind, BlockType, CompileWork } from "../limits/compile_work.ts";
import {
  ENDS_PATH,
  type FuelMeter,
  type FuelMode,
} from "../rewrite/fuel_meter.ts";
import type { ParsedModule } from "./parsed_module.ts";
import { MODULE_LIMITS } from "../limits/module_limits.ts";
import { PrefixedOperators } from "./prefixed_operators.ts";

const CORE_SHAPE = CORE_OPERATORS.shape;

/**
 * Bytes of straight code between two looks at how much has run without a check:
 * few against the spacing itself, as an operator has one byte at least.
 */
const TIME_STRIDE = STRETCH_BYTES;
const FUEL_STRIDE = 64;

// What decides whether a check is due before an operator, and what follows.
export const Trait = {
  call: 1,
  tailCall: 2,
  return: 3,
  throw: 4,
  due: 7,
  /** What follows can't be reached through it. */
  endsPath: 8,
} as const;

export const TRAITS: Uint8Array = new Uint8Array(64);
const { call: mayCall, tailCall, return: mayReturn, throw: throws } = Trait;
for (
  const [trait, shapes] of [
    [mayCall, [Shape.Call, Shape.CallIndirect, Shape.CallRef]],
    [tailCall, [
      Shape.ReturnCall,
      Shape.ReturnCallIndirect,
      Shape.ReturnCallRef,
    ]],
    [mayReturn, [Shape.Return, Shape.End, Shape.Br, Shape.BrIf]],
    [mayReturn, [Shape.BrTable, Shape.BrOnNull]],
    [throws, [Shape.Throw, Shape.ThrowRef, Shape.Rethrow]],
  ] as const
) {
  for (const shape of shapes) TRAITS[shape] = trait;
}
for (const shape of ENDS_PATH) TRAITS[shape]! |= Trait.endsPath;

const FRAME_KINDS: Uint8Array = new Uint8Array(64);
FRAME_KINDS[Shape.Loop] = FrameKind.Loop;
FRAME_KINDS[Shape.If] = FrameKind.If;

/** What an operator that opens a block costs like. */
const BLOCK_KINDS: Uint8Array = new Uint8Array(64);
BLOCK_KINDS[Shape.If] = BlockKind.if;
BLOCK_KINDS[Shape.Loop] = BlockKind.loop;
BLOCK_KINDS[Shape.Try] = BlockKind.try;
BLOCK_KINDS[Shape.TryTable] = BlockKind.try;

/** The one operator of its shape that writes. */
const TABLE_SET = 0x26;

/** What code may do to an instance, beside its memories and globals. */
export interface InstanceChanges {
  /** It may drop a segment. */
  readonly drops: boolean;
  /** It may write to a table. */
  readonly writesTables: boolean;
}

/** What a walk reads from, writes to and puts in. */
export interface WalkParts {
  readonly reader: BodyReader;
  readonly editor: BodyEditor;
  readonly meter: FuelMeter | undefined;
  readonly guard: Uint8Array;
  readonly bulk: BulkCalls;
  /** Which functions are known to check when they are entered. */
  readonly checks: Uint8Array;
}

/**
 * A single walk over a body's operators: refuses features that can't be
 * bounded, validates every index, and inserts checks. This is the one long loop
 * of this layer, as it decodes millions of operators per second.
 */
export class OperatorWalk {
  readonly #bytes: Uint8Array;
  readonly #guest: ParsedModule;
  readonly #reader: BodyReader;
  readonly #editor: BodyEditor;
  readonly #meter: FuelMeter | undefined;
  readonly #guard: Uint8Array;
  readonly #bulk: BulkCalls;
  readonly #prefixed: PrefixedOperators;
  readonly #spacing: CheckSpacing;
  /** Bytes of straight code, at most, between two looks at the spacing. */
  readonly #stride: number;
  /** Which functions are known to check when they are entered. */
  readonly #checks: Uint8Array;
  readonly #loops: LoopScan;
  readonly #work: CompileWork;

  /** The body neither loops nor calls. */
  isLeaf = true;
  /** The body is one stretch: it has no branches either. */
  isStraight = true;
  /** Fuel is to be kept in another way: the walk must start again. */
  wanted: FuelMode | undefined;

  #features = 0;
  #end = 0;
  #setsTables = false;
  #depth = 0;
  /** Where straight code begins that leads to the operator that is next. */
  #straight = 0;
  #mayBeLocal = true;
  /** There is an exception handler, so fuel stays in the global. */
  #catches = false;

  constructor(guest: ParsedModule, parts: WalkParts) {
    const { reader, editor, meter, guard, bulk, checks } = parts;
    this.#bytes = guest.bytes;
    this.#guest = guest;
    this.#reader = reader;
    this.#editor = editor;
    this.#meter = meter;
    this.#guard = guard;
    this.#bulk = bulk;
    this.#spacing = new CheckSpacing(meter ? FUEL_SPACING : TIME_SPACING);
    this.#stride = meter ? FUEL_STRIDE : TIME_STRIDE;
    this.#checks = checks;
    this.#loops = new LoopScan(guest.bytes, checks, TIME_SPACING.call);
    this.#work = new CompileWork(guest);
    this.#prefixed = new PrefixedOperators(reader, bulk, this.#work);
  }

  /** Bits of the features seen so far. */
  get features(): number {
    return this.#features | this.#prefixed.features;
  }

  /** Units of the body that was walked, as its spacing counts them. */
  get units(): number {
    return this.#spacing.total;
  }

  /** What the operators seen so far may do to an instance. */
  get changes(): InstanceChanges {
    const { drops, writesTables } = this.#prefixed;
    return { drops, writesTables: writesTables || this.#setsTables };
  }

  /** What V8 will have to do for the body that was walked. */
  get work(): CompileWork {
    return this.#work;
  }

  /** Notes that a function checks when it is entered. */
  noteCheckAtEntry(index: number): void {
    this.#checks[index] = 1;
  }

  /** Starts another function; `mayBeLocal` allows fuel in a variable. */
  beginFunction(mayBeLocal: boolean): void {
    this.#mayBeLocal = mayBeLocal;
    this.#catches = false;
  }

  /** Walks the body from where the reader stands. */
  run(locals: number, end: number): void {
    this.#end = end;
    this.#straight = this.#reader.pos;
    this.#depth = 0;
    this.isLeaf = true;
    this.isStraight = true;
    this.wanted = undefined;
    this.#spacing.begin();
    const { types, functions } = this.#guest;
    const { results } = types[functions[this.#reader.function]!]!;
    this.#work.begin(locals, results.length);
    this.#enter(Shape.Block, BlockType.empty);
    // The one at the entry.
    this.#work.check();
    this.#walk(locals, end);
  }

  /** Walks the operators up to the body's last `end`. */
  #walk(locals: number, end: number): void {
    const bytes = this.#bytes;
    const reader = this.#reader;
    const { globals, memories } = reader;
    const kindOf = OPERATOR_KIND;
    const costOf = OPERATOR_COST;
    const stride = this.#stride;
    let kinds = 0;
    let cost = 0;
    let pos = reader.pos;
    let look = Math.min(end, pos + stride);
    for (;;) {
      if (pos >= look) {
        if (pos >= end) break;
        this.#spend(cost);
        cost = 0;
        this.#space(pos);
        look = Math.min(end, pos + stride);
      }
      const at = pos;
      const opcode = bytes[pos++]!;
      const kind = kindOf[opcode]!;
      kinds |= kind;
      cost = (cost + costOf[opcode]!) | 0;
      switch (shapeIn(kind)) {
        case Shape.None:
          break;
        case Shape.Local: {
          let index = bytes[pos++]!;
          if (index >= 0x80) {
            index = reader.longU32(pos - 1);
            pos = reader.pos;
          }
          if (index >= locals) reader.missing("local", index, locals, at);
          break;
        }
        case Shape.Global: {
          let index = bytes[pos++]!;
          if (index >= 0x80) {
            index = reader.longU32(pos - 1);
            pos = reader.pos;
          }
          if (index >= globals) reader.missing("global", index, globals, at);
          break;
        }
        case Shape.Leb:
          while (bytes[pos++]! >= 0x80) { /* its last byte is below 0x80 */ }
          break;
        case Shape.MemArg:
          if (bytes[pos]! >= MULTI_MEMORY || memories === 0) {
            reader.pos = pos;
            reader.memArg(at);
            pos = reader.pos;
            break;
          }
          pos++;
          while (bytes[pos++]! >= 0x80) { /* its last byte is below 0x80 */ }
          break;
        case Shape.Bytes4:
          pos += 4;
          break;
        case Shape.Bytes8:
          pos += 8;
          break;
        default:
          reader.pos = pos;
          this.#spend(cost);
          cost = 0;
          this.#operator(opcode, at);
          pos = reader.pos;
          this.#straight = pos;
          if (pos > end) throw malformed("an operator is cut off", at);
          if (this.wanted !== undefined) return;
          if (this.#depth === 0) {
            this.#features |= featuresIn(kinds);
            if (pos === end) return;
            throw malformed("code after a function's end", pos);
          }
      }
    }
    throw malformed(`function ${reader.function} has no end`, end);
  }

  /** Counts what the operators since the last time cost and left. */
  #spend(cost: number): void {
    const fuel = fuelIn(cost);
    const time = timeIn(cost);
    this.#meter?.spend(fuel);
    this.#spacing.spend(fuel, time);
    this.#work.spend(fuel, time);
    this.#work.stretch(heightIn(cost));
  }

  /** Checks where it is due in straight code. */
  #space(at: number): void {
    this.#work.look();
    if (this.#spacing.isDue) this.#check(at);
  }

  /** Checks where it is due before a structured operator. */
  #checkBefore(trait: number, shape: Shape, at: number): void {
    const spacing = this.#spacing;
    if (spacing.isDue || this.#isDueBefore(trait, shape)) this.#check(at);
    else if (this.#meter && spacing.ascent > 0 && this.#mayReturn(shape)) {
      this.#meter.checkBudget(at);
    }
  }

  #isDueBefore(trait: number, shape: Shape): boolean {
    const spacing = this.#spacing;
    switch (trait & Trait.due) {
      case Trait.call:
        // What an import throws leads to the handler as a return would.
        return spacing.isDueBeforeCall ||
          (this.#catches && spacing.isDueAtReturn);
      case Trait.tailCall:
        return spacing.ascent >= 0;
      case Trait.return:
        return spacing.isDueAtReturn && this.#mayReturn(shape);
      // V8 walks and records the stack for each exception.
      case Trait.throw:
        return true;
      default:
        return false;
    }
  }

  /** Whether an operator may be the function's last one. */
  #mayReturn(shape: Shape): boolean {
    switch (shape) {
      case Shape.Return:
      case Shape.BrTable:
        return true;
      case Shape.End:
        return this.#depth === 1;
      case Shape.Br:
      case Shape.BrIf:
      case Shape.BrOnNull:
        return this.#reader.peekU32() === this.#depth - 1;
      default:
        return false;
    }
  }

  #operator(opcode: number, at: number): void {
    const shape = CORE_SHAPE[opcode]! as Shape;
    const meter = this.#meter;
    const trait = TRAITS[shape]!;
    if (trait !== 0 || this.#spacing.isDue) this.#checkBefore(trait, shape, at);
    meter?.before(shape, at);
    if (!this.#control(shape, at) && !this.#value(shape, at)) {
      this.#refuse(opcode, at);
    }
    meter?.after(shape, this.#reader.pos);
    if (trait >= Trait.endsPath) this.#spacing.endPath();
  }

  /** Operators that shape control flow; false for any other. */
  #control(shape: Shape, at: number): boolean {
    const reader = this.#reader;
    switch (shape) {
      case Shape.End:
        this.#leave(at);
        return true;
      case Shape.Block:
      case Shape.If:
        this.#enter(shape, reader.blockType(at));
        return true;
      case Shape.Loop:
        this.#loop(reader.blockType(at), at);
        return true;
      case Shape.Else:
        this.#nextArm(false);
        this.#work.nextArm();
        return true;
      case Shape.CatchAll:
        this.#nextArm(true);
        this.#work.catch();
        return true;
      case Shape.Br:
      case Shape.BrIf:
      case Shape.BrOnNull:
        this.#branch(at);
        return true;
      case Shape.BrTable:
        this.#brTable(at);
        return true;
      case Shape.Return:
        this.#work.return();
        this.isStraight = false;
        return true;
      case Shape.Unreachable:
        this.isStraight = false;
        return true;
      case Shape.Call:
      case Shape.ReturnCall: {
        const callee = reader.index("function", reader.functions, at);
        // A function that calls itself is no leaf.
        const checks = callee === reader.function || this.#checks[callee] === 1;
        this.#call(this.#guest.functions[callee]!, checks);
        return true;
      }
      case Shape.CallIndirect:
      case Shape.ReturnCallIndirect:
        this.#callLookedUp(at);
        reader.table(at);
        return true;
      case Shape.CallRef:
      case Shape.ReturnCallRef:
        this.#callLookedUp(at);
        return true;
      default:
        return this.#exception(shape, at);
    }
  }

  /** Operators that throw and catch; false for any other. */
  #exception(shape: Shape, at: number): boolean {
    const reader = this.#reader;
    switch (shape) {
      case Shape.Try:
        this.#mayCatch();
        this.#enter(shape, reader.blockType(at));
        return true;
      case Shape.TryTable:
        this.#tryTable(at);
        return true;
      case Shape.Catch:
        this.#nextArm(true);
        this.#work.catch(reader.index("tag", reader.tags, at));
        return true;
      case Shape.Delegate:
        reader.u32();
        this.#leave(at);
        return true;
      case Shape.Throw:
        this.#work.throw(reader.index("tag", reader.tags, at));
        this.isLeaf = false;
        return true;
      case Shape.Rethrow:
        reader.u32();
        this.#work.throw();
        this.isLeaf = false;
        return true;
      case Shape.ThrowRef:
        this.#work.throw();
        this.isLeaf = false;
        return true;
      default:
        return false;
    }
  }

  /** Operators that move values but not control; false for any other. */
  #value(shape: Shape, at: number): boolean {
    const reader = this.#reader;
    switch (shape) {
      case Shape.Branching:
        this.#work.branching();
        return true;
      case Shape.PrefixFd:
        this.#prefixed.vector(at);
        return true;
      case Shape.PrefixFc:
        this.#bulkOperator(at);
        return true;
      case Shape.MemorySize:
        reader.memory(at);
        return true;
      case Shape.MemoryGrow:
        this.#replace(at, this.#bulk.memoryGrow(reader.memory(at)));
        return true;
      case Shape.Table:
        this.#work.tableAccess();
        this.#setsTables ||= this.#bytes[at] === TABLE_SET;
        reader.table(at);
        return true;
      case Shape.RefFunc:
        this.#work.builtin();
        reader.index("function", reader.functions, at);
        return true;
      case Shape.RefNull:
        reader.read((one) => readHeapType(one, reader.types));
        return true;
      case Shape.SelectTyped:
        this.#selectTyped(at);
        return true;
      default:
        return false;
    }
  }

  #refuse(opcode: number, at: number): never {
    const feature = REFUSED_OPERATORS[opcode];
    if (feature !== undefined) throw refused(feature, at);
    throw malformed(`unknown opcode 0x${opcode.toString(16)}`, at);
  }

  #bulkOperator(at: number): void {
    const target = this.#prefixed.bulkOperator(at);
    if (target !== undefined) this.#replace(at, target);
  }

  #loop(blockType: number, at: number): void {
    const { pos, function: self } = this.#reader;
    const meter = this.#meter;
    this.isLeaf = false;
    if (!meter) {
      const form = this.#loops
        .scan(pos, this.#end, self, this.#straight, at);
      if (form) this.#checkRounds(form, at, pos);
      else this.#checkHeader(pos);
    } else {
      const mayBeLocal = this.#mayBeLocal && !this.#catches;
      if (meter.mode === "direct" && mayBeLocal) this.wanted = "local";
      this.#spacing.checked();
      this.#work.check();
      meter.header(pos);
    }
    this.#enter(Shape.Loop, blockType);
  }

  #checkHeader(pos: number): void {
    this.#spacing.checked();
    this.#work.check();
    this.#editor.insert(pos, this.#guard);
  }

  /** Checks once in some rounds, or leaves it to who ends or is called soon. */
  #checkRounds(form: LoopForm, at: number, pos: number): void {
    const { units, kind } = form;
    if (this.#spacing.wouldBeDue(units)) this.#check(at);
    this.#spacing.repeat(units, kind === "calls");
    if (kind !== "counts") return;
    this.#work.check();
    writeRoundCheck(this.#editor.copyTo(pos), form, this.#guard);
  }

  #tryTable(at: number): void {
    const reader = this.#reader;
    const blockType = reader.blockType(at);
    this.#mayCatch();
    const clauses = reader.u32();
    for (let i = 0; i < clauses; i++) {
      const kind = this.#bytes[reader.pos++]!;
      if (!(kind <= 3)) throw malformed("unknown catch clause", at);
      // catch and catch_ref name a tag, catch_all and catch_all_ref do not.
      if (kind < 2) reader.index("tag", reader.tags, at);
      this.#spacing.handles(this.#branch(at));
    }
    this.#enter(Shape.TryTable, blockType);
  }

  #mayCatch(): void {
    this.#catches = true;
    if (this.#meter?.mode === "local") this.wanted = "direct";
  }

  #brTable(at: number): void {
    const targets = this.#reader.u32();
    if (targets > MODULE_LIMITS.brTableTargets) {
      const limit = MODULE_LIMITS.brTableTargets;
      this.#reader.tooMany("targets of a br_table", targets, limit, at);
    }
    this.#work.branchTable(targets + 1);
    for (let i = 0; i <= targets; i++) this.#branch(at);
  }

  /** Reads a label and notes the jump; answers the label. */
  #branch(at: number): number {
    this.isStraight = false;
    const label = this.#reader.index("label", this.#depth, at);
    this.#work.branch(label);
    this.#meter?.branch(label);
    this.#spacing.branch(label);
    return label;
  }

  #selectTyped(at: number): void {
    const reader = this.#reader;
    if (reader.u32() !== 1) throw malformed("select names not one type", at);
    reader.read((one) => readValueType(one, reader.types));
  }

  #enter(shape: Shape, blockType: number): void {
    if (this.#depth > MODULE_LIMITS.nesting) {
      const { nesting } = MODULE_LIMITS;
      this.#reader.tooMany(
        "nested blocks",
        this.#depth,
        nesting,
        this.#reader.pos,
      );
    }
    if (this.#depth++ > 0) this.isStraight = false;
    this.#spacing.enter(FRAME_KINDS[shape]! as FrameKind);
    this.#work.enter(BLOCK_KINDS[shape]!, blockType, this.#reader.pos);
    this.#meter?.enter(shape);
  }

  /** Another arm of the innermost block. */
  #nextArm(isHandler: boolean): void {
    this.#spacing.nextArm(isHandler);
    this.#meter?.nextArm();
  }

  #leave(at: number): void {
    this.#depth--;
    this.#spacing.leave();
    this.#work.leave(at);
    this.#meter?.leave();
    if (this.#depth === 0) this.#meter?.closeBody(at);
  }

  #callLookedUp(at: number): void {
    const reader = this.#reader;
    this.#work.callLookedUp(reader.index("type", reader.types, at));
    this.isLeaf = false;
    this.#spacing.call(false);
  }

  #call(type: number, calleeChecks: boolean): void {
    this.#work.call(type);
    this.isLeaf = false;
    this.#spacing.call(calleeChecks);
  }

  #check(at: number): void {
    this.#work.check();
    if (this.#meter) this.#meter.check(at);
    else this.#editor.insert(at, this.#guard);
    this.#spacing.checked();
  }

  /** Writes a call of an injected function in place of an operator. */
  #replace(at: number, target: number): void {
    this.isLeaf = false;
    this.#work.callInstead();
    // What stands in for an operator checks before it does anything.
    this.#spacing.call(true);
    this.#meter?.save(at);
    this.#editor.copyTo(at);
    this.#editor.writeCall(target);
    this.#editor.skipTo(this.#reader.pos);
    this.#meter?.reload(this.#reader.pos);
  }
}
