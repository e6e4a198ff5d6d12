import { CompilationFailed } from "../errors.ts";
import { malformed, refused } from "../wasm/malformed.ts";
import {
  BULK_OPERATORS,
  CORE_OPERATORS,
  REFUSED_OPERATORS,
  Shape,
  VECTOR_OPERATORS,
} from "../wasm/operators.ts";
import { Reader } from "../wasm/reader.ts";
import {
  readHeapType,
  readValueType,
  SHORT_VALUE_TYPE,
} from "../wasm/value_type.ts";
import type { Writer } from "../wasm/writer.ts";
import type { Guest } from "./guest.ts";
import type { BulkCalls } from "./bulk_calls.ts";
import { MODULE_LIMITS } from "./module_limits.ts";

/**
 * Bodies up to this many bytes that neither loop nor call get no check of
 * their own: they run for some 100 ns at most.
 */
const LEAF_BYTES = 64;
/**
 * Calls in a row without a check of the caller's own. With leaves of 64 bytes
 * that leaves 256 × 100 ns, 0.03 ms, between two checks.
 */
const CALLS_BETWEEN_CHECKS = 256;

const MULTI_MEMORY = 0x40;
const EMPTY_BLOCK = 0x40;

const CORE_SHAPE = CORE_OPERATORS.shape;
const CORE_FEATURE = CORE_OPERATORS.feature;

/**
 * Rewrites function bodies: one walk that refuses what can't be bounded,
 * checks every index against the guest's own counts, and copies the body with
 * the checks in place. Every byte read here is the attacker's; nothing has
 * validated it yet.
 */
export class FunctionRewriter {
  readonly #bytes: Uint8Array;
  readonly #guest: Guest;
  readonly #out: Writer;
  readonly #guard: Uint8Array;
  readonly #bulk: BulkCalls;
  readonly #reader: Reader;

  // Plain numbers, because the walk reads them for every operator.
  readonly #types: number;
  readonly #functions: number;
  readonly #tables: number;
  readonly #memories: number;
  readonly #globals: number;
  readonly #tags: number;

  /** Bits of the features seen so far. */
  features = 0;
  usesMultiMemory = false;

  #function = 0;
  #pos = 0;
  /** Everything before this offset has been written. */
  #copied = 0;
  #depth = 0;
  #calls = 0;
  #callsSinceCheck = 0;
  #branching = 0;
  #locals = 0;
  #isLeaf = true;
  readonly #callsAtEntry: Int32Array = new Int32Array(
    MODULE_LIMITS.nesting + 2,
  );
  readonly #sinceCheckAtEntry: Int32Array = new Int32Array(
    MODULE_LIMITS.nesting + 2,
  );

  constructor(guest: Guest, out: Writer, guard: Uint8Array, bulk: BulkCalls) {
    this.#bytes = guest.bytes;
    this.#guest = guest;
    this.#out = out;
    this.#guard = guard;
    this.#bulk = bulk;
    this.#reader = new Reader(guest.bytes);
    this.#types = guest.types.length;
    this.#functions = guest.functions.length;
    this.#tables = guest.tables.length;
    this.#memories = guest.memories.length;
    this.#globals = guest.globals.length;
    this.#tags = guest.tags.length;
  }

  /** Rewrites the body that lies from `start` to `end`. */
  rewrite(index: number, start: number, end: number): void {
    const out = this.#out;
    this.#function = index;
    this.#calls = 0;
    this.#callsSinceCheck = 0;
    this.#branching = 0;
    this.#isLeaf = true;
    this.#depth = 0;
    this.#copied = start;
    if (end - start > MODULE_LIMITS.bodyBytes) {
      this.#tooMany("bytes", end - start, MODULE_LIMITS.bodyBytes, start);
    }
    const slot = out.sizeSlot();
    const code = this.#readLocals(start, end);
    this.#insertGuard(code);
    this.#enter();
    this.#walk(code, end);
    this.#flush(end);
    if (this.#isLeaf && end - start <= LEAF_BYTES) {
      out.truncate(slot);
      out.u32(end - start).copy(this.#bytes, start, end);
    } else {
      out.fillSize(slot);
    }
  }

  /** Steps over the declarations of variables; answers where the code starts. */
  #readLocals(start: number, end: number): number {
    const reader = new Reader(this.#bytes, start, end);
    const type = this.#guest.functions[this.#function]!;
    this.#locals = this.#guest.type(type).params.length;
    const groups = reader.u32("count of local groups");
    for (let i = 0; i < groups; i++) {
      const at = reader.pos;
      this.#locals += reader.u32("count of locals");
      if (this.#locals > MODULE_LIMITS.locals) {
        this.#tooMany("locals", this.#locals, MODULE_LIMITS.locals, at);
      }
      readValueType(reader, this.#types);
    }
    return reader.pos;
  }

  /** Walks the operators up to the body's last `end`. */
  #walk(start: number, end: number): void {
    const bytes = this.#bytes;
    const locals = this.#locals;
    const globals = this.#globals;
    const memories = this.#memories;
    let features = 0;
    let pos = start;
    while (pos < end) {
      const at = pos;
      const opcode = bytes[pos++]!;
      features |= CORE_FEATURE[opcode]!;
      switch (CORE_SHAPE[opcode]!) {
        case Shape.None:
          break;
        case Shape.Local: {
          let index = bytes[pos++]!;
          if (index >= 0x80) {
            index = this.#longIndex(pos - 1);
            pos = this.#pos;
          }
          if (index >= locals) this.#missing("local", index, locals, at);
          break;
        }
        case Shape.Leb:
          while (bytes[pos++]! >= 0x80) { /* its last byte is below 0x80 */ }
          break;
        case Shape.MemArg: {
          const flags = bytes[pos++]!;
          if (flags >= MULTI_MEMORY) {
            this.#multiMemory(pos - 1, at);
            pos = this.#pos;
          } else if (memories === 0) this.#missing("memory", 0, 0, at);
          while (bytes[pos++]! >= 0x80) { /* its last byte is below 0x80 */ }
          break;
        }
        case Shape.Global: {
          let index = bytes[pos++]!;
          if (index >= 0x80) {
            index = this.#longIndex(pos - 1);
            pos = this.#pos;
          }
          if (index >= globals) this.#missing("global", index, globals, at);
          break;
        }
        case Shape.Bytes4:
          pos += 4;
          break;
        case Shape.Bytes8:
          pos += 8;
          break;
        default:
          this.#pos = pos;
          this.#structured(opcode, at, end);
          pos = this.#pos;
          if (this.#depth === 0) {
            this.features |= features;
            if (pos !== end) {
              throw malformed("code after a function's end", pos);
            }
            return;
          }
      }
    }
    throw malformed(`function ${this.#function} has no end`, end);
  }

  /** Operators that are rarer, or that shape control flow. */
  #structured(opcode: number, at: number, end: number): void {
    const shape = CORE_SHAPE[opcode]! as Shape;
    switch (shape) {
      case Shape.Block:
      case Shape.If:
      case Shape.Try:
        this.#blockType(at);
        this.#enter();
        break;
      case Shape.Loop:
        this.#blockType(at);
        this.#insertGuard(this.#pos);
        this.#isLeaf = false;
        this.#enter();
        break;
      case Shape.TryTable:
        this.#tryTable(at);
        break;
      case Shape.End:
      case Shape.Delegate:
        if (shape === Shape.Delegate) this.#u32();
        this.#leave();
        break;
      case Shape.Else:
      case Shape.CatchAll:
        this.#nextArm();
        break;
      case Shape.Catch:
        this.#index("tag", this.#tags, at);
        this.#nextArm();
        break;
      case Shape.Br:
      case Shape.BrIf:
      case Shape.BrOnNull:
        this.#branch(at);
        break;
      case Shape.BrTable:
        this.#brTable(at, end);
        break;
      case Shape.Return:
      case Shape.Unreachable:
        break;
      case Shape.Call:
      case Shape.ReturnCall:
        this.#index("function", this.#functions, at);
        this.#call(at);
        break;
      case Shape.CallIndirect:
      case Shape.ReturnCallIndirect:
        this.#index("type", this.#types, at);
        this.#index("table", this.#tables, at);
        this.#call(at);
        break;
      case Shape.CallRef:
      case Shape.ReturnCallRef:
        this.#index("type", this.#types, at);
        this.#call(at);
        break;
      default:
        this.#plain(shape, opcode, at);
    }
    if (this.#pos > end) throw malformed("an operator is cut off", at);
  }

  /** Operators that move values but not control. */
  #plain(shape: Shape, opcode: number, at: number): void {
    switch (shape) {
      case Shape.Throw:
        this.#index("tag", this.#tags, at);
        this.#throw(at);
        break;
      case Shape.Rethrow:
        this.#branch(at);
        this.#throw(at);
        break;
      case Shape.ThrowRef:
        this.#throw(at);
        break;
      case Shape.Table:
        this.#index("table", this.#tables, at);
        break;
      case Shape.MemorySize:
        this.#index("memory", this.#memories, at);
        break;
      case Shape.MemoryGrow:
        this.#replace(
          at,
          this.#bulk.memoryGrow(this.#index("memory", this.#memories, at)),
        );
        break;
      case Shape.SelectTyped:
        this.#selectTyped(at);
        break;
      case Shape.RefNull:
        this.#readerAt();
        readHeapType(this.#reader, this.#types);
        this.#pos = this.#reader.pos;
        break;
      case Shape.RefFunc:
        this.#index("function", this.#functions, at);
        break;
      case Shape.PrefixFc:
        this.#bulkOperator(at);
        break;
      case Shape.PrefixFd:
        this.#vector(at);
        break;
      default:
        this.#refuse(opcode, at);
    }
  }

  #refuse(opcode: number, at: number): never {
    const feature = REFUSED_OPERATORS[opcode];
    if (feature !== undefined) throw refused(feature, at);
    throw malformed(`unknown opcode 0x${opcode.toString(16)}`, at);
  }

  /** 0xfc: saturating conversions, bulk memory and tables. */
  #bulkOperator(at: number): void {
    const sub = this.#u32();
    const shape = BULK_OPERATORS.shape[sub] ?? Shape.Unknown;
    this.features |= BULK_OPERATORS.feature[sub] ?? 0;
    const bulk = this.#bulk;
    switch (shape) {
      case Shape.None:
        break;
      case Shape.DataDrop:
        this.#index("data segment", this.#guest.dataSegments, at);
        break;
      case Shape.ElemDrop:
        this.#index("element segment", this.#guest.elementSegments, at);
        break;
      case Shape.TableSize:
        this.#index("table", this.#tables, at);
        break;
      case Shape.MemoryInit: {
        const data = this.#index("data segment", this.#guest.dataSegments, at);
        const memory = this.#index("memory", this.#memories, at);
        this.#replace(at, bulk.memoryInit(data, memory));
        break;
      }
      case Shape.MemoryCopy: {
        const to = this.#index("memory", this.#memories, at);
        const from = this.#index("memory", this.#memories, at);
        this.#replace(at, bulk.memoryCopy(to, from));
        break;
      }
      case Shape.MemoryFill:
        this.#replace(
          at,
          bulk.memoryFill(this.#index("memory", this.#memories, at)),
        );
        break;
      case Shape.TableInit: {
        const segment = this.#index(
          "element segment",
          this.#guest.elementSegments,
          at,
        );
        const table = this.#index("table", this.#tables, at);
        this.#replace(at, bulk.tableInit(segment, table));
        break;
      }
      case Shape.TableCopy: {
        const to = this.#index("table", this.#tables, at);
        const from = this.#index("table", this.#tables, at);
        this.#replace(at, bulk.tableCopy(to, from));
        break;
      }
      case Shape.TableFill:
        this.#replace(
          at,
          bulk.tableFill(this.#index("table", this.#tables, at)),
        );
        break;
      case Shape.TableGrow:
        this.#replace(
          at,
          bulk.tableGrow(this.#index("table", this.#tables, at)),
        );
        break;
      default:
        throw malformed(`unknown opcode 0xfc ${sub}`, at);
    }
  }

  /** 0xfd: vectors. */
  #vector(at: number): void {
    const sub = this.#u32();
    const shape = VECTOR_OPERATORS.shape[sub] ?? Shape.Unknown;
    this.features |= VECTOR_OPERATORS.feature[sub] ?? 0;
    switch (shape) {
      case Shape.None:
        break;
      case Shape.Lane:
        this.#pos++;
        break;
      case Shape.Bytes16:
        this.#pos += 16;
        break;
      case Shape.MemArg:
      case Shape.MemArgLane:
        this.#memArg(at);
        if (shape === Shape.MemArgLane) this.#pos++;
        break;
      default:
        throw malformed(`unknown opcode 0xfd ${sub}`, at);
    }
  }

  #memArg(at: number): void {
    if (this.#bytes[this.#pos]! >= MULTI_MEMORY) {
      this.#multiMemory(this.#pos, at);
    } else {
      if (this.#memories === 0) this.#missing("memory", 0, 0, at);
      this.#pos++;
    }
    while (this.#bytes[this.#pos++]! >= 0x80) { /* the offset */ }
  }

  /** The flags of a memory access that names its memory. */
  #multiMemory(pos: number, at: number): void {
    this.#pos = pos;
    const flags = this.#u32();
    if (flags >= 2 * MULTI_MEMORY) {
      throw malformed(`unknown memory access flags ${flags}`, at);
    }
    this.usesMultiMemory = true;
    this.#index("memory", this.#memories, at);
  }

  #blockType(at: number): void {
    this.#branching++;
    const byte = this.#bytes[this.#pos]!;
    if (byte === EMPTY_BLOCK || SHORT_VALUE_TYPE[byte] === 1) {
      this.#pos++;
      return;
    }
    const reader = this.#readerAt();
    // A type index is a non-negative number of 33 bits, all else is negative.
    if (reader.s33("block type") < 0) {
      reader.pos = this.#pos;
      readValueType(reader, this.#types);
      this.#pos = reader.pos;
    } else {
      this.#index("type", this.#types, at);
    }
  }

  #tryTable(at: number): void {
    this.#blockType(at);
    const clauses = this.#u32();
    for (let i = 0; i < clauses; i++) {
      const kind = this.#bytes[this.#pos++]!;
      if (!(kind <= 3)) throw malformed("unknown catch clause", at);
      // catch and catch_ref name a tag, catch_all and catch_all_ref do not.
      if (kind < 2) this.#index("tag", this.#tags, at);
      this.#branch(at);
    }
    this.#enter();
  }

  #brTable(at: number, end: number): void {
    const targets = this.#u32();
    if (targets > MODULE_LIMITS.brTableTargets) {
      this.#tooMany("targets", targets, MODULE_LIMITS.brTableTargets, at);
    }
    if (targets >= end - this.#pos) throw malformed("br_table is cut off", at);
    for (let i = 0; i <= targets; i++) this.#branch(at);
  }

  #branch(at: number): void {
    this.#branching++;
    const label = this.#u32();
    if (label >= this.#depth) this.#missing("label", label, this.#depth, at);
  }

  #selectTyped(at: number): void {
    const reader = this.#readerAt();
    if (reader.u32("count of types") !== 1) {
      throw malformed("select names not one type", at);
    }
    readValueType(reader, this.#types);
    this.#pos = reader.pos;
  }

  #enter(): void {
    const depth = this.#depth++;
    if (depth > MODULE_LIMITS.nesting) {
      this.#tooMany("nested blocks", depth, MODULE_LIMITS.nesting, this.#pos);
    }
    this.#callsAtEntry[depth] = this.#calls;
    this.#sinceCheckAtEntry[depth] = this.#callsSinceCheck;
  }

  /** Another arm of the innermost block: its first one's checks don't count. */
  #nextArm(): void {
    this.#callsSinceCheck = this.#sinceCheckAtEntry[this.#depth - 1]!;
  }

  #leave(): void {
    const depth = --this.#depth;
    this.#callsSinceCheck = this.#sinceCheckAtEntry[depth]! +
      this.#calls - this.#callsAtEntry[depth]!;
  }

  #call(at: number): void {
    this.#isLeaf = false;
    this.#calls++;
    if (++this.#callsSinceCheck > CALLS_BETWEEN_CHECKS) this.#insertGuard(at);
  }

  /** V8 walks and records the stack for each exception. */
  #throw(at: number): void {
    this.#isLeaf = false;
    this.#insertGuard(at);
  }

  #insertGuard(at: number): void {
    this.#flush(at);
    this.#out.bytes(this.#guard);
    this.#callsSinceCheck = 0;
  }

  /** Writes a call of an injected function in place of an operator. */
  #replace(at: number, target: number): void {
    this.#isLeaf = false;
    this.#flush(at);
    this.#out.byte(0x10).u32(target);
    this.#copied = this.#pos;
  }

  #flush(to: number): void {
    this.#out.copy(this.#bytes, this.#copied, to);
    this.#copied = to;
  }

  #readerAt(): Reader {
    this.#reader.pos = this.#pos;
    return this.#reader;
  }

  #u32(): number {
    const byte = this.#bytes[this.#pos]!;
    if (byte < 0x80) {
      this.#pos++;
      return byte;
    }
    const value = this.#readerAt().u32("number");
    this.#pos = this.#reader.pos;
    return value;
  }

  #longIndex(pos: number): number {
    this.#pos = pos;
    return this.#u32();
  }

  #index(what: string, count: number, at: number): number {
    const index = this.#u32();
    if (index >= count) this.#missing(what, index, count, at);
    return index;
  }

  #missing(what: string, index: number, count: number, at: number): never {
    throw malformed(
      `function ${this.#function} names ${what} ${index}, there are ${count}`,
      at,
    );
  }

  #tooMany(what: string, value: number, limit: number, at: number): never {
    throw new CompilationFailed(
      `Cannot prepare module: function ${this.#function} has ${value} ` +
        `${what}, limit is ${limit}`,
      at,
    );
  }
}
