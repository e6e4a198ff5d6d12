/**
 * A small module that restores one memory from another: several times as fast
 * as JavaScript with a shared memory.
 */

import { IMAGE_PAGE_BYTES } from "../contract/page_bytes.ts";
import { assemble } from "../wasm/assembler.ts";
import { ExternCode } from "../wasm/entity.ts";
import { writeFuncType } from "../wasm/func_type.ts";
import { writeLimits, writeSharedLimits } from "../wasm/limits.ts";
import { SectionId } from "../wasm/section.ts";
import { ValueCode } from "../wasm/value_type.ts";
import { Writer } from "../wasm/writer.ts";

/** The import module of both memories. */
export const COPIER_MODULE = "memory";

/** The most pages of a memory with 32-bit addresses. */
const MAX_PAGES = 65_536;

/** Bytes compared before each decision: 16 times 16. */
const STRIDE_BYTES = 256;

/**
 * The module, with two functions that take an offset and a length in bytes,
 * both multiples of `IMAGE_PAGE_BYTES`: `copy` restores a range of `guest` from
 * the shared memory `image`, and `clear` zeroes it. Pages that already match
 * are only read: that is faster than writing, and pages that were never written
 * take no memory.
 *
 * @param index64 Whether the guest's memory has 64-bit addresses.
 */
export function imageCopier(index64: boolean): WebAssembly.Module {
  return index64 ? wide ??= build(true) : narrow ??= build(false);
}

let narrow: WebAssembly.Module | undefined;
let wide: WebAssembly.Module | undefined;

function build(index64: boolean): WebAssembly.Module {
  const widen = index64 ? "i64.extend_i32_u" : "";
  const page = `local.get ${PAGE} ${widen}`;
  const length = `i${index64 ? 64 : 32}.const ${IMAGE_PAGE_BYTES}`;
  const loads = (fold: (guest: string, at: number) => string) =>
    Array.from({ length: STRIDE_BYTES / 16 }, (_, index) => {
      const guest = `local.get 0 ${widen} v128.load 0 ${index * 16} 0`;
      return `${fold(guest, index * 16)} ${index === 0 ? "" : "v128.or"}`;
    }).join(" ");
  const functions = [
    pageByPage(
      loads((guest, at) => `${guest} local.get 0 v128.load 1 ${at} 0 v128.xor`),
      `${page} local.get ${PAGE} i32.const ${IMAGE_PAGE_BYTES} memory.copy 0 1`,
    ),
    pageByPage(
      loads((guest) => guest),
      `${page} i32.const 0 ${length} memory.fill 0`,
    ),
  ];
  const writer = new Writer(2048);
  writer.bytes([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  const type = { params: [ValueCode.i32, ValueCode.i32], results: [] };
  const types = new Writer().u32(1);
  writeFuncType(types, type);
  writer.section(SectionId.type, types);
  writer.section(SectionId.import, imports(index64));
  writer.section(SectionId.function, new Writer().u32(2).u32(0).u32(0));
  const exports = new Writer().u32(2);
  ["copy", "clear"].forEach((name, index) =>
    exports.name(name).byte(ExternCode.function).u32(index)
  );
  writer.section(SectionId.export, exports);
  const code = new Writer().u32(functions.length);
  for (const text of functions) {
    const body = new Writer().u32(1).u32(LOCALS).byte(ValueCode.i32)
      .bytes(assemble(text)).byte(0x0b);
    code.u32(body.length).append(body);
  }
  writer.section(SectionId.code, code);
  return new WebAssembly.Module(writer.finish());
}

/** Locals behind the place and the length: where it all ends, and the page. */
const [END, PAGE, PAGE_END] = [2, 3, 4];
const LOCALS = 3;

/**
 * Walks over whole pages in strides.
 *
 * @param differs Leaves a vector that is zero if a stride already matches.
 * @param mend Restores the whole page.
 */
function pageByPage(differs: string, mend: string): string {
  return `local.get 0 local.get 1 i32.add local.set ${END}
    loop void
      local.get 0 local.tee ${PAGE}
      i32.const ${IMAGE_PAGE_BYTES} i32.add local.set ${PAGE_END}
      loop void
        ${differs} v128.any_true
        if void
          ${mend} local.get ${PAGE_END} local.set 0
        else
          local.get 0 i32.const ${STRIDE_BYTES} i32.add local.set 0
        end
        local.get 0 local.get ${PAGE_END} i32.lt_u br_if 0
      end
      local.get 0 local.get ${END} i32.lt_u br_if 0
    end`;
}

function imports(index64: boolean): Writer {
  const body = new Writer().u32(2);
  body.name(COPIER_MODULE).name("guest").byte(ExternCode.memory);
  writeLimits(body, { minimum: 0, maximum: undefined, index64 });
  body.name(COPIER_MODULE).name("image").byte(ExternCode.memory);
  writeSharedLimits(body, 0, MAX_PAGES);
  return body;
}
