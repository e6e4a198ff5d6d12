/** Reads constant expressions. */

import { readIndex } from "./entity.ts";
import { malformed, refused } from "./malformed.ts";
import type { Reader } from "./reader.ts";
import { readHeapType } from "./value_type.ts";

/** What a constant expression may refer to, and what it used. */
export interface ConstScope {
  readonly types: number;
  readonly functions: number;
  readonly globals: number;
  readonly features: Set<string>;
  /** The maximum number of operators in one expression, excluding `end`. */
  readonly operators: number;
}

/**
 * Skips a constant expression, checks its indices and returns its number of
 * operators.
 * https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions
 */
export function readConstExpr(reader: Reader, scope: ConstScope): number {
  const at = reader.pos;
  let operators = 0;
  while (readConstOperator(reader, scope)) {
    if (++operators > scope.operators) {
      throw malformed(
        `a constant expression has more than ${scope.operators} operators, ` +
          "the limit",
        at,
      );
    }
  }
  return operators;
}

function readConstOperator(reader: Reader, scope: ConstScope): boolean {
  const at = reader.pos;
  const opcode = reader.u8("constant expression");
  switch (opcode) {
    case 0x0b: // end
      return false;
    case 0x23: // global.get
      readIndex(reader, "global", scope.globals);
      return true;
    case 0x41: // i32.const
      reader.skipLeb(32, "constant");
      return true;
    case 0x42: // i64.const
      reader.skipLeb(64, "constant");
      return true;
    case 0x43: // f32.const
      reader.skip(4, "constant");
      return true;
    case 0x44: // f64.const
      reader.skip(8, "constant");
      return true;
    case 0x6a: // i32.add, i32.sub, i32.mul, i64.add, i64.sub, i64.mul
    case 0x6b:
    case 0x6c:
    case 0x7c:
    case 0x7d:
    case 0x7e:
      scope.features.add("extended-const");
      return true;
    case 0xd0: // ref.null
      scope.features.add("reference-types");
      readHeapType(reader, scope.types);
      return true;
    case 0xd2: // ref.func
      scope.features.add("reference-types");
      readIndex(reader, "function", scope.functions);
      return true;
    case 0xfd:
      readVectorConst(reader, at);
      scope.features.add("simd");
      return true;
    case 0xfb:
      throw refused("garbage collection (constant expression)", at);
    default:
      throw malformed(
        `opcode 0x${opcode.toString(16)} is not constant`,
        at,
      );
  }
}

function readVectorConst(reader: Reader, at: number): void {
  const sub = reader.u32("opcode");
  if (sub !== 0x0c) {
    throw malformed(`opcode 0xfd ${sub} is not constant`, at);
  }
  reader.skip(16, "constant");
}
