/** Handles the operators whose opcode has a prefix. */

import { malformed } from "../../wasm/malformed.ts";
import {
  BULK_OPERATORS,
  Shape,
  VECTOR_OPERATORS,
} from "../../wasm/operators.ts";
import type { BodyReader } from "./body_reader.ts";
import type { BulkCalls } from "../rewrite/bulk_calls.ts";
import type { CompileWork } from "../limits/compile_work.ts";

/** Operators whose opcode is a prefix and a number. */
export class PrefixedOperators {
  readonly #reader: BodyReader;
  readonly #bulk: BulkCalls;
  readonly #work: CompileWork;
  /** Bits of the features seen so far. */
  features = 0;
  /** Whether a segment may be dropped. */
  drops = false;
  /** Whether a table may be written to. */
  writesTables = false;

  constructor(reader: BodyReader, bulk: BulkCalls, work: CompileWork) {
    this.#reader = reader;
    this.#bulk = bulk;
    this.#work = work;
  }

  /**
   * 0xfc: saturating conversions, bulk memory and tables; answers the injected
   * function to call instead, if there is one.
   */
  bulkOperator(at: number): number | undefined {
    const reader = this.#reader;
    const sub = reader.u32();
    this.#work.stretch(BULK_OPERATORS.effect[sub] ?? 0);
    this.features |= BULK_OPERATORS.feature[sub] ?? 0;
    switch (BULK_OPERATORS.shape[sub] ?? Shape.Unknown) {
      case Shape.Branching:
        this.#work.branching();
        return undefined;
      case Shape.DataDrop:
        this.#work.builtin();
        this.drops = true;
        reader.dataSegment(at);
        return undefined;
      case Shape.ElemDrop:
        this.#work.builtin();
        this.drops = true;
        reader.elementSegment(at);
        return undefined;
      case Shape.TableSize:
        reader.table(at);
        return undefined;
      case Shape.Unknown:
        throw malformed(`unknown opcode 0xfc ${sub}`, at);
      default:
        return this.#bulkCall(sub, at);
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
        this.writesTables = true;
        const segment = reader.elementSegment(at);
        return bulk.tableInit(segment, reader.table(at));
      }
      case Shape.TableCopy: {
        this.writesTables = true;
        const to = reader.table(at);
        return bulk.tableCopy(to, reader.table(at));
      }
      case Shape.TableGrow:
        this.writesTables = true;
        return bulk.tableGrow(reader.table(at));
      default:
        this.writesTables = true;
        return bulk.tableFill(reader.table(at));
    }
  }

  /** 0xfd: vectors. */
  vector(at: number): void {
    const reader = this.#reader;
    const sub = reader.u32();
    this.#work.stretch(VECTOR_OPERATORS.effect[sub] ?? 0);
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
}
