import { malformed, refused } from "../wasm/malformed.ts";
import {
  BULK_OPERATORS,
  CORE_OPERATORS,
  REFUSED_OPERATORS,
  Shape,
  VECTOR_OPERATORS,
} from "../wasm/operators.ts";
import {
  readHeapType,
  readValueType,
  ValueCode,
  writeValueType,
} from "../wasm/value_type.ts";
import { Writer } from "../wasm/writer.ts";
import { BodyEditor } from "./body_editor.ts";
import { BodyReader, MULTI_MEMORY } from "./body_reader.ts";
import type { BulkCalls } from "./bulk_calls.ts";
import { CheckSpacing } from "./check_spacing.ts";
import { FuelMeter, type FuelMode } from "./fuel_meter.ts";
import { BlockType, CompileWork } from "./compile_work.ts";
import type { Guest } from "./guest.ts";
import { MODULE_LIMITS } from "./module_limits.ts";

/** Bodies up to this many bytes that never loop or call get no check. */
const LEAF_BYTES = 64;

const CORE_SHAPE = CORE_OPERATORS.shape;
const CORE_FEATURE = CORE_OPERATORS.feature;
const CORE_FUEL = CORE_OPERATORS.fuel;
const CORE_EFFECT = CORE_OPERATORS.effect;

/** What the rewriter puts into bodies. */
export interface BodyInjection {
  /** The check of the stop word. */
  readonly guard: Uint8Array;
  readonly bulk: BulkCalls;
  readonly stopMemory: number;
  /** The index of the fuel counter's global, if fuel is counted. */
  readonly fuelGlobal: number | undefined;
}

/**
 * Rewrites function bodies: one walk that refuses what can't be bounded,
 * checks every index against the guest's own counts, and copies the body with
 * the checks in place. Every byte read here is the attacker's; nothing has
 * validated it yet.
 */
export class FunctionRewriter {
  readonly #bytes: Uint8Array;
  readonly #guest: Guest;
  readonly #reader: BodyReader;
  readonly #editor: BodyEditor;
  readonly #guard: Uint8Array;
  readonly #bulk: BulkCalls;
  readonly #meter: FuelMeter | undefined;
  readonly #spacing = new CheckSpacing();
  readonly #work: CompileWork;

  /** Bits of the features seen so far. */
  features = 0;

  #depth = 0;
  /** Neither loops nor calls. */
  #isLeaf = true;
  /** One stretch: has no branches either. */
  #isStraight = true;
  /** Fuel is to be kept in another way: the walk starts again. */
  #wanted: FuelMode | undefined;
  /** There is an exception handler, so fuel stays in the global. */
  #catches = false;

  constructor(guest: Guest, out: Writer, injection: BodyInjection) {
    this.#bytes = guest.bytes;
    this.#guest = guest;
    this.#reader = new BodyReader(guest);
    this.#editor = new BodyEditor(guest.bytes, out);
    this.#work = new CompileWork(guest);
    this.#guard = injection.guard;
    this.#bulk = injection.bulk;
    if (injection.fuelGlobal !== undefined) {
      const { fuelGlobal, stopMemory } = injection;
      this.#meter = new FuelMeter(this.#editor, fuelGlobal, stopMemory);
    }
  }

  /** Rewrites the body that lies from `start` to `end`. */
  rewrite(index: number, start: number, end: number): void {
    const size = end - start;
    this.#reader.function = index;
    if (size > MODULE_LIMITS.bodyBytes) {
      this.#reader.tooMany("bytes", size, MODULE_LIMITS.bodyBytes, start);
    }
    this.#catches = false;
    let mode: FuelMode | undefined = "direct";
    while (mode !== undefined) {
      this.#attempt(mode, start, end);
      mode = this.#wanted;
      if (mode !== undefined) this.#editor.undo();
    }
    if (size <= LEAF_BYTES && this.#isLeaf) this.#simplifyLeaf(start, end);
  }

  #attempt(mode: FuelMode, start: number, end: number): void {
    this.#depth = 0;
    this.#isLeaf = true;
    this.#isStraight = true;
    this.#wanted = undefined;
    this.#spacing.begin();
    this.#editor.begin(start);
    const locals = this.#declare(mode, start, end);
    this.#work.begin(locals);
    this.#enter(Shape.Block, BlockType.empty);
    this.#walk(locals, end);
    this.#checkWork(start);
    if (this.#wanted !== undefined) return;
    const written = this.#editor.end(end);
    const { rewrittenBodyBytes } = MODULE_LIMITS;
    if (written > rewrittenBodyBytes) {
      const what = "bytes with its checks";
      this.#reader.tooMany(what, written, rewrittenBodyBytes, start);
    }
  }

  #checkWork(start: number): void {
    const { total } = this.#work;
    const { compileWork } = MODULE_LIMITS;
    if (total > compileWork) {
      const what = "variables and operands, summed over its branches,";
      this.#reader.tooMany(what, total, compileWork, start);
    }
  }

  /** Writes the declarations and the entry check; answers their number. */
  #declare(mode: FuelMode, start: number, end: number): number {
    const { count, groups } = this.#reader.locals(start, end);
    const code = this.#reader.pos;
    const meter = this.#meter;
    if (!meter) {
      this.#check(code);
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

  /** Small leaves run unchecked, and are charged as a whole. */
  #simplifyLeaf(start: number, end: number): void {
    if (this.#meter && !this.#isStraight) return;
    this.#editor.undo();
    this.#editor.begin(start);
    this.#meter?.chargeWhole(end - 1);
    this.#editor.end(end);
  }

  /** Walks the operators up to the body's last `end`. */
  #walk(locals: number, end: number): void {
    const bytes = this.#bytes;
    const reader = this.#reader;
    const { globals, memories } = reader;
    let features = 0;
    let cost = 0;
    let height = 0;
    let pos = reader.pos;
    while (pos < end) {
      const at = pos;
      const opcode = bytes[pos++]!;
      features |= CORE_FEATURE[opcode]!;
      cost += CORE_FUEL[opcode]!;
      height += CORE_EFFECT[opcode]!;
      switch (CORE_SHAPE[opcode]!) {
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
          this.#meter?.spend(cost);
          this.#work.move(height);
          cost = 0;
          height = 0;
          this.#operator(opcode, at);
          pos = reader.pos;
          if (pos > end) throw malformed("an operator is cut off", at);
          if (this.#wanted !== undefined) return;
          if (this.#depth === 0) {
            this.features |= features;
            if (pos === end) return;
            throw malformed("code after a function's end", pos);
          }
      }
    }
    throw malformed(`function ${reader.function} has no end`, end);
  }

  #operator(opcode: number, at: number): void {
    const shape = CORE_SHAPE[opcode]! as Shape;
    const meter = this.#meter;
    meter?.before(shape, at);
    if (!this.#control(shape, at) && !this.#value(shape, at)) {
      this.#refuse(opcode, at);
    }
    meter?.after(shape, this.#reader.pos);
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
        this.#loop(reader.blockType(at));
        return true;
      case Shape.Else:
      case Shape.CatchAll:
        this.#nextArm();
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
      case Shape.Unreachable:
        this.#isStraight = false;
        return true;
      case Shape.Call:
      case Shape.ReturnCall:
        this.#call(
          this.#guest
            .functions[reader.index("function", reader.functions, at)]!,
          at,
        );
        return true;
      case Shape.CallIndirect:
      case Shape.ReturnCallIndirect:
        this.#callByType(at);
        reader.table(at);
        return true;
      case Shape.CallRef:
      case Shape.ReturnCallRef:
        this.#callByType(at);
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
        this.#nextArm();
        this.#work.catch(reader.index("tag", reader.tags, at));
        return true;
      case Shape.Delegate:
        reader.u32();
        this.#leave(at);
        return true;
      case Shape.Throw:
        reader.index("tag", reader.tags, at);
        this.#throw(at);
        return true;
      case Shape.Rethrow:
        reader.u32();
        this.#throw(at);
        return true;
      case Shape.ThrowRef:
        this.#throw(at);
        return true;
      default:
        return false;
    }
  }

  /** Operators that move values but not control; false for any other. */
  #value(shape: Shape, at: number): boolean {
    const reader = this.#reader;
    switch (shape) {
      case Shape.PrefixFd:
        this.#vector(at);
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
        reader.table(at);
        return true;
      case Shape.RefFunc:
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

  /** 0xfc: saturating conversions, bulk memory and tables. */
  #bulkOperator(at: number): void {
    const reader = this.#reader;
    const sub = reader.u32();
    this.#work.move(BULK_OPERATORS.effect[sub] ?? 0);
    this.features |= BULK_OPERATORS.feature[sub] ?? 0;
    switch (BULK_OPERATORS.shape[sub] ?? Shape.Unknown) {
      case Shape.None:
        break;
      case Shape.DataDrop:
        reader.dataSegment(at);
        break;
      case Shape.ElemDrop:
        reader.elementSegment(at);
        break;
      case Shape.TableSize:
        reader.table(at);
        break;
      case Shape.Unknown:
        throw malformed(`unknown opcode 0xfc ${sub}`, at);
      default:
        this.#replace(at, this.#bulkCall(sub, at));
    }
  }

  /** The injected function that does what a bulk operator does. */
  #bulkCall(sub: number, at: number): number {
    const reader = this.#reader;
    const bulk = this.#bulk;
    switch (BULK_OPERATORS.shape[sub]) {
      case Shape.MemoryInit: {
        const segment = reader.dataSegment(at);
        return bulk.memoryInit(segment, reader.memory(at));
      }
      case Shape.MemoryCopy: {
        const to = reader.memory(at);
        return bulk.memoryCopy(to, reader.memory(at));
      }
      case Shape.MemoryFill:
        return bulk.memoryFill(reader.memory(at));
      case Shape.TableInit: {
        const segment = reader.elementSegment(at);
        return bulk.tableInit(segment, reader.table(at));
      }
      case Shape.TableCopy: {
        const to = reader.table(at);
        return bulk.tableCopy(to, reader.table(at));
      }
      case Shape.TableGrow:
        return bulk.tableGrow(reader.table(at));
      default:
        return bulk.tableFill(reader.table(at));
    }
  }

  /** 0xfd: vectors. */
  #vector(at: number): void {
    const reader = this.#reader;
    const sub = reader.u32();
    this.#work.move(VECTOR_OPERATORS.effect[sub] ?? 0);
    this.features |= VECTOR_OPERATORS.feature[sub] ?? 0;
    switch (VECTOR_OPERATORS.shape[sub] ?? Shape.Unknown) {
      case Shape.None:
        break;
      case Shape.Lane:
        reader.pos++;
        break;
      case Shape.Bytes16:
        reader.pos += 16;
        break;
      case Shape.MemArg:
        reader.memArg(at);
        break;
      case Shape.MemArgLane:
        reader.memArg(at);
        reader.pos++;
        break;
      default:
        throw malformed(`unknown opcode 0xfd ${sub}`, at);
    }
  }

  #loop(blockType: number): void {
    const { pos } = this.#reader;
    const meter = this.#meter;
    this.#isLeaf = false;
    this.#spacing.checked();
    if (!meter) this.#check(pos);
    else {
      const local = !this.#catches && this.#results().length <= 1;
      if (meter.mode === "direct" && local) this.#wanted = "local";
      meter.header(pos);
    }
    this.#enter(Shape.Loop, blockType);
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
      this.#branch(at);
    }
    this.#enter(Shape.TryTable, blockType);
  }

  #mayCatch(): void {
    this.#catches = true;
    if (this.#meter?.mode === "local") this.#wanted = "direct";
  }

  #brTable(at: number): void {
    const targets = this.#reader.u32();
    if (targets > MODULE_LIMITS.brTableTargets) {
      const limit = MODULE_LIMITS.brTableTargets;
      this.#reader.tooMany("targets of a br_table", targets, limit, at);
    }
    for (let i = 0; i <= targets; i++) this.#branch(at);
  }

  #branch(at: number): void {
    this.#isStraight = false;
    const label = this.#reader.index("label", this.#depth, at);
    this.#work.joint();
    this.#meter?.branch(label);
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
    if (this.#depth++ > 0) this.#isStraight = false;
    this.#spacing.enter();
    if (shape !== Shape.Block) this.#work.joint();
    this.#work.enter(blockType);
    this.#meter?.enter(shape);
  }

  /** Another arm of the innermost block. */
  #nextArm(): void {
    this.#spacing.nextArm();
    this.#work.nextArm();
    this.#meter?.nextArm();
  }

  #leave(at: number): void {
    this.#depth--;
    this.#spacing.leave();
    this.#work.leave();
    this.#meter?.leave();
    if (this.#depth === 0) this.#meter?.closeBody(at);
  }

  #callByType(at: number): void {
    const reader = this.#reader;
    const type = reader.index("type", reader.types, at);
    // The callee itself is an operand too.
    this.#work.move(-1);
    this.#call(type, at);
  }

  #call(type: number, at: number): void {
    this.#work.call(type);
    this.#isLeaf = false;
    if (this.#spacing.call()) this.#check(at);
  }

  /** V8 walks and records the stack for each exception. */
  #throw(at: number): void {
    this.#isLeaf = false;
    this.#check(at);
  }

  #check(at: number): void {
    this.#editor.insert(at, this.#guard);
    this.#spacing.checked();
  }

  /** Writes a call of an injected function in place of an operator. */
  #replace(at: number, target: number): void {
    this.#isLeaf = false;
    this.#meter?.save(at);
    this.#editor.copyTo(at);
    this.#editor.writeCall(target);
    this.#editor.skipTo(this.#reader.pos);
    this.#meter?.reload(this.#reader.pos);
  }
}

/** How many bytes a LEB128 number takes in the source. */
function lebLength(bytes: Uint8Array, at: number): number {
  let length = 1;
  while (bytes[at + length - 1]! >= 0x80) length++;
  return length;
}
