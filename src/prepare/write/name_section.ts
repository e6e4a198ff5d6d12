/** The names of functions, which traps are told with. */

import { CompilationFailed } from "../../errors.ts";
import { Reader } from "../../wasm/reader.ts";
import type { Section } from "../../wasm/section.ts";
import type { Writer } from "../../wasm/writer.ts";
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

/** Names that can be written, and how many bytes that takes. */
export interface NamesOfFunctions {
  readonly length: number;
  /** Writes them: where they go, as a copy would take as much memory again. */
  write(writer: Writer): void;
}

const NONE: NamesOfFunctions = { length: 0, write: () => {} };

/**
 * The names of functions, each cut, on one line. Empty where there are none, or
 * none that can be read: a broken name section breaks no module.
 */
export function namesOfFunctions(
  guest: ParsedModule,
  section: Section,
): NamesOfFunctions {
  try {
    const reader = new Reader(guest.bytes, section.contents, section.end);
    while (!reader.done) {
      const id = reader.u8("name subsection");
      const body = reader.slice(reader.u32("size of names"), "names");
      if (id === FUNCTION_NAMES) return measured(body, guest.functions.length);
    }
  } catch (error) {
    if (!(error instanceof CompilationFailed)) throw error;
  }
  return NONE;
}

/** Reads all of them once, for their length. */
function measured(body: Reader, functions: number): NamesOfFunctions {
  const { bytes, pos, end } = body;
  let length = 0;
  const count = eachName(body, functions, (index, from, to) => {
    length += lebLength(index) + lebLength(to - from) + to - from;
  });
  length += lebLength(count);
  return {
    length: 1 + lebLength(length) + length,
    write(writer) {
      writer.byte(FUNCTION_NAMES).u32(length).u32(count);
      eachName(new Reader(bytes, pos, end), functions, (index, from, to) => {
        writer.u32(index);
        copyName(writer, bytes, from, to);
      });
    },
  };
}

/** Goes over the names, each as far as it is kept; answers how many they are. */
function eachName(
  reader: Reader,
  functions: number,
  name: (index: number, from: number, to: number) => void,
): number {
  const count = reader.count("names", functions);
  for (let i = 0; i < count; i++) {
    const index = reader.u32("function");
    const length = reader.u32("length of a name");
    const from = reader.pos;
    reader.skip(length, "name");
    name(index, from, cutName(reader.bytes, from, length));
  }
  return count;
}

/** How many bytes a LEB128 number takes. */
function lebLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++;
  return length;
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
