/** Which modules are prepared within a few milliseconds, whatever they hold. */

import { CompilationFailed } from "../../errors.ts";
import { Reader } from "../../wasm/reader.ts";
import { SectionId } from "../../wasm/section.ts";
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
 * Whether a module is so small that preparing it where one is costs less than
 * the message to another thread, and at most some 5 ms.
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
    // It is refused for the same reason at once.
    if (error instanceof CompilationFailed) return true;
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
