/** Caps memories and tables at the guest's limit. */

import { MemoryLimitExceeded } from "../../errors.ts";
import type { TableType } from "../../wasm/entity.ts";
import type { Limits } from "../../wasm/limits.ts";
import { TABLE_ENTRY_BYTES } from "../rewrite/growth.ts";
import { PAGE_BYTES } from "../../contract/page_bytes.ts";
import type { ParsedModule } from "../read/parsed_module.ts";

/**
 * What V8 lets a module have at most, whatever it declares.
 * https://source.chromium.org/chromium/chromium/src/+/main:v8/src/wasm/wasm-limits.h
 */
const V8_LIMITS = {
  memory32Pages: 65_536,
  memory64Pages: 262_144,
  tableEntries: 10_000_000,
} as const;

/** Caps a memory at the guest's limit. */
export function capMemory(limits: Limits, limitBytes: number): Limits {
  const pages = Math.floor(limitBytes / PAGE_BYTES);
  const { memory32Pages, memory64Pages } = V8_LIMITS;
  const most = limits.index64 ? memory64Pages : memory32Pages;
  return cap(limits, Math.min(pages, most));
}

/** Caps a table at the guest's limit. */
export function capTable(table: TableType, limitBytes: number): TableType {
  const most = Math.min(
    Math.floor(limitBytes / TABLE_ENTRY_BYTES),
    V8_LIMITS.tableEntries,
  );
  return { ...table, limits: cap(table.limits, most) };
}

function cap(limits: Limits, most: number): Limits {
  return { ...limits, maximum: Math.min(limits.maximum ?? most, most) };
}

/**
 * The initial size of all memories and tables, in bytes.
 *
 * @throws {MemoryLimitExceeded} when it exceeds the limit.
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
