/** The names of functions, which traps are told with. */

import { CompilationFailed } from "../../errors.ts";
import { Reader } from "../../wasm/reader.ts";
import type { Section } from "../../wasm/section.ts";
import { Writer } from "../../wasm/writer.ts";
import type { ParsedModule } from "../read/parsed_module.ts";

/** The custom section that has them. */
export const NAME_SECTION = "name";

/**
 * Its subsection of functions. V8 shows the module's name as well, in every
 * frame of a trap; nothing shows the others.
 *
 * @see https://webassembly.github.io/spec/core/appendix/custom.html#name-section
 */
const FUNCTION_NAMES = 1;

/** V8 puts whole names into the stack of a trap, which the host then reads. */
const MOST_NAME_BYTES = 256;

const QUESTION_MARK = 0x3f;

/**
 * The names of functions, each cut, on one line. Empty where there are none, or
 * none that can be read: a broken name section breaks no module.
 */
export function encodeNames(guest: ParsedModule, section: Section): Writer {
  try {
    const reader = new Reader(guest.bytes, section.contents, section.end);
    while (!reader.done) {
      const id = reader.u8("name subsection");
      const body = reader.slice(reader.u32("size of names"), "names");
      if (id !== FUNCTION_NAMES) continue;
      const names = copyNames(body, guest.functions.length);
      return new Writer().byte(id).u32(names.length).append(names);
    }
  } catch (error) {
    if (!(error instanceof CompilationFailed)) throw error;
  }
  return new Writer();
}

function copyNames(reader: Reader, functions: number): Writer {
  const writer = new Writer(reader.end - reader.pos);
  const count = reader.count("names", functions);
  writer.u32(count);
  for (let i = 0; i < count; i++) {
    writer.u32(reader.u32("function"));
    const length = reader.u32("length of a name");
    const start = reader.pos;
    reader.skip(length, "name");
    copyName(writer, reader.bytes, start, cutName(reader.bytes, start, length));
  }
  return writer;
}

/** The end of what is kept of a name: no character of UTF-8 is cut in two. */
function cutName(bytes: Uint8Array, start: number, length: number): number {
  if (length <= MOST_NAME_BYTES) return start + length;
  let end = start + MOST_NAME_BYTES;
  while (end > start && (bytes[end]! & 0xc0) === 0x80) end--;
  return end;
}

/** A name with a line break could pass for a frame of its own. */
function copyName(
  writer: Writer,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  writer.u32(end - start);
  let from = start;
  for (let at = start; at < end; at++) {
    if (bytes[at]! >= 0x20) continue;
    writer.copy(bytes, from, at).byte(QUESTION_MARK);
    from = at + 1;
  }
  writer.copy(bytes, from, end);
}
