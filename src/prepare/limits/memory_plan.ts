import { MemoryLimitExceeded } from "../../errors.ts";
import type { TableType } from "../../wasm/entity.ts";
import type { Limits } from "../../wasm/limits.ts";
import { PAGE_BYTES, TABLE_ENTRY_BYTES } from "../rewrite/growth.ts";
import type { ParsedModule } from "../read/parsed_module.ts";

/** Pages that a memory with 32-bit addresses can have. */
const MAX_PAGES_32 = 65_536;

/**
 * Entries that V8 lets a table have, whatever it declares.
 * https://source.chromium.org/chromium/chromium/src/+/main:v8/src/wasm/wasm-limits.h
 */
const MAX_TABLE_ENTRIES = 10_000_000;

/** Lowers a memory's limits to what the guest may take. */
export function capMemory(limits: Limits, limitBytes: number): Limits {
  const pages = Math.floor(limitBytes / PAGE_BYTES);
  const most = limits.index64 ? pages : Math.min(pages, MAX_PAGES_32);
  return cap(limits, most);
}

/** Lowers a table's limits to what the guest may take. */
export function capTable(table: TableType, limitBytes: number): TableType {
  const most = Math.min(
    Math.floor(limitBytes / TABLE_ENTRY_BYTES),
    MAX_TABLE_ENTRIES,
  );
  return { ...table, limits: cap(table.limits, most) };
}

function cap(limits: Limits, most: number): Limits {
  return { ...limits, maximum: Math.min(limits.maximum ?? most, most) };
}

/**
 * The bytes that all memories and tables take at the start.
 *
 * @throws {MemoryLimitExceeded} when they are above the limit.
 */
export function checkInitialBytes(
  guest: ParsedModule,
  limitBytes: number,
): number {
  let pages = 0;
  for (const memory of guest.memories) pages += memory.minimum;
  let entries = 0;
  for (const table of guest.tables) entries += table.limits.minimum;
  const bytes = pages * PAGE_BYTES + entries * TABLE_ENTRY_BYTES;
  if (bytes > limitBytes) {
    throw new MemoryLimitExceeded(
      limitBytes,
      `Cannot prepare module: it declares ${pages} pages of memory and ` +
        `${entries} table entries at the start, ${bytes} bytes, ` +
        `limit is ${limitBytes}`,
    );
  }
  return bytes;
}
