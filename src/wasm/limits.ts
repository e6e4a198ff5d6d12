/** Reads and writes the limits of memories and tables. */

import { malformed, refused } from "./malformed.ts";
import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

/** The limits of a memory in pages, or of a table in entries. */
export interface Limits {
  readonly minimum: number;
  readonly maximum: number | undefined;
  /** Whether it uses 64-bit addresses (memory64). */
  readonly index64: boolean;
}

/**
 * Bits of the flag byte of limits.
 * https://webassembly.github.io/spec/core/binary/types.html#limits
 */
const Flag = {
  maximum: 0x01,
  shared: 0x02,
  index64: 0x04,
  pageSize: 0x08,
} as const;

const ALL_FLAGS = 0x0f;

/** Reads limits; shared ones are refused. */
export function readLimits(reader: Reader): Limits {
  const flags = reader.peek("limits");
  if (flags & Flag.shared) {
    throw refused("threads (shared memory)", reader.pos);
  }
  if (flags & Flag.pageSize) throw refused("custom page sizes", reader.pos);
  return readAnyLimits(reader);
}

/** Reads any limits, including those for which a module is refused. */
export function readAnyLimits(reader: Reader): Limits {
  const at = reader.pos;
  const flags = reader.u8("limits");
  if (flags > ALL_FLAGS) {
    throw malformed(`unknown limits flags 0x${flags.toString(16)}`, at);
  }
  const index64 = (flags & Flag.index64) !== 0;
  const read = () => index64 ? reader.u64("limit") : reader.u32("limit");
  const minimum = read();
  const maximum = flags & Flag.maximum ? read() : undefined;
  if (flags & Flag.pageSize) reader.u32("page size");
  return { minimum, maximum, index64 };
}

export function writeLimits(writer: Writer, limits: Limits): void {
  const { minimum, maximum, index64 } = limits;
  const flags = (maximum === undefined ? 0 : Flag.maximum) |
    (index64 ? Flag.index64 : 0);
  writer.byte(flags).u32(minimum);
  if (maximum !== undefined) writer.u32(maximum);
}

/** Writes the limits of a shared memory, which always has a maximum. */
export function writeSharedLimits(
  writer: Writer,
  minimum: number,
  maximum: number,
): void {
  writer.byte(Flag.maximum | Flag.shared).u32(minimum).u32(maximum);
}
