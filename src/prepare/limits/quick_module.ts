/**
 * Recognizes modules that are prepared within a few milliseconds, whatever
 * their content.
 */

import { CompilationFailed } from "../../errors.ts";
import { Reader } from "../../wasm/reader.ts";
import { readSections, SectionId } from "../../wasm/section.ts";
import { MODULE_LIMITS } from "./module_limits.ts";
import { type ParsedModule, parseModule } from "../read/parsed_module.ts";

/** Parameters and results of a type: a call of 2 bytes moves all of them. */
const MOST_VALUES = 16;
/** Variables of a function: any number of them is declared in 2 bytes. */
const MOST_LOCALS = 256;
/** Memories, tables and segments: each pair may need an injected function. */
const MOST_SPACES = 2;
const MOST_SEGMENTS = 32;

/**
 * Whether a module is so small that preparing it on this thread costs less than
 * a message to another thread, and at most some 5 ms.
 */
export function isQuick(bytes: Uint8Array): boolean {
  if (bytes.length > MODULE_LIMITS.quickBytes) return false;
  try {
    const guest = parseModule(bytes);
    return guest.memories.length + guest.tables.length <= MOST_SPACES &&
      guest.dataSegments + guest.elementSegments <= MOST_SEGMENTS &&
      guest.types.every(({ params, results }) =>
        params.length + results.length <= MOST_VALUES
      ) && mostLocals(guest) <= MOST_LOCALS;
  } catch (error) {
    // Preparation will refuse it immediately for the same reason.
    if (error instanceof CompilationFailed) return true;
    throw error;
  }
}

/** Bytes of sections that are read entry by entry, in some 5 ms. */
const MOST_READ_BYTES = 64 * 1024;
/** Data segments that are read in some 5 ms; CPython has 24,171. */
const MOST_DATA_SEGMENTS = 50_000;
const MOST_SECTIONS = 256;

/**
 * Whether a module and its cached form, except code and data, are so small that
 * it can be restored on this thread.
 */
export function isQuicklyRestored(bytes: Uint8Array): boolean {
  try {
    let read = 0;
    for (const one of readSections(new Reader(bytes), MOST_SECTIONS)) {
      const { id, contents, end } = one;
      if (id === SectionId.data) {
        const segments = new Reader(bytes, contents, end).u32("count");
        if (segments > MOST_DATA_SEGMENTS) return false;
      } else if (id !== SectionId.code && id !== SectionId.custom) {
        read += end - contents;
      }
    }
    return read <= MOST_READ_BYTES;
  } catch (error) {
    if (error instanceof CompilationFailed) return false;
    throw error;
  }
}

function mostLocals(guest: ParsedModule): number {
  const section = guest.section(SectionId.code);
  if (!section) return 0;
  const reader = new Reader(guest.bytes, section.contents, section.end);
  let most = 0;
  for (let left = reader.u32("count of function bodies"); left > 0; left--) {
    const body = reader.slice(reader.u32("size of a function body"), "body");
    let locals = 0;
    for (let group = body.u32("count of local groups"); group > 0; group--) {
      locals += body.u32("count of locals");
      // Types of more than one byte are as rare as they are in tiny modules.
      if (locals > MOST_LOCALS || body.u8("type of locals") < 0x69) {
        return Infinity;
      }
    }
    most = Math.max(most, locals);
  }
  return most;
}
