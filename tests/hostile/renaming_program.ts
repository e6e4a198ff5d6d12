/**
 * A program that renames below its first granted folder, over and over: what no
 * compiled fixture does fast enough to meet another call in the middle of it.
 */

import { ModuleBuilder } from "../prepare/module_builder.ts";

/** One turn: a rename, and a look at a path that must never be there after. */
export interface RenameTurn {
  readonly from: string;
  readonly to: string;
  /** Looked for when the rename succeeded, a link at its end not followed. */
  readonly never?: string;
}

/** What the program exits with. */
export const RenamingExit = {
  /** No rename succeeded. */
  Idle: 0,
  /** Every turn's rename succeeded at least once. */
  Renamed: 7,
  /** Something was found where nothing may ever be. */
  Found: 99,
} as const;

const FOLDER_FD = 3;
const TEXT_AT = 1024;
const FILESTAT_AT = 512;
const WASI = "wasi_snapshot_preview1";

/** The module's bytes: all turns in order, `rounds` times. */
export function renamingProgram(
  turns: readonly RenameTurn[],
  rounds: number,
): Uint8Array<ArrayBuffer> {
  const texts = new Texts();
  const round = turns.map((turn, index) => turnCode(turn, index, texts));
  const builder = new ModuleBuilder();
  const rename = builder.type(Array(6).fill("i32"), ["i32"]);
  const stat = builder.type(Array(5).fill("i32"), ["i32"]);
  const exit = builder.type(["i32"]);
  const start = builder.type([]);
  return builder
    .importFunction(WASI, "path_rename", rename)
    .importFunction(WASI, "path_filestat_get", stat)
    .importFunction(WASI, "proc_exit", exit)
    .memory(1)
    .func(
      start,
      `loop void ${round.join("\n")}
         local.get 0 i32.const 1 i32.add local.tee 0
         i32.const ${rounds} i32.lt_u br_if 0
       end
       i32.const ${RenamingExit.Renamed} i32.const ${RenamingExit.Idle}
       local.get 1 i32.const ${2 ** turns.length - 1} i32.eq select
       call 2`,
      ["i32", "i32"],
    )
    .export("memory", "memory", 0)
    .export("_start", "function", 3)
    .raw(11, texts.segment())
    .build();
}

/** Local 1 has a bit for each turn that succeeded. */
function turnCode(
  { from, to, never }: RenameTurn,
  index: number,
  texts: Texts,
): string {
  const found = never === undefined ? "" : `
    i32.const ${FOLDER_FD} i32.const 0 ${texts.add(never)}
    i32.const ${FILESTAT_AT} call 1
    i32.eqz if void i32.const ${RenamingExit.Found} call 2 end`;
  return `
    i32.const ${FOLDER_FD} ${texts.add(from)}
    i32.const ${FOLDER_FD} ${texts.add(to)} call 0
    i32.eqz if void
      local.get 1 i32.const ${2 ** index} i32.or local.set 1
      ${found}
    end`;
}

/** Texts in the program's memory. */
class Texts {
  #bytes: number[] = [];

  /** Adds a text; the code that pushes its address and length. */
  add(text: string): string {
    const bytes = new TextEncoder().encode(text);
    const at = TEXT_AT + this.#bytes.length;
    this.#bytes.push(...bytes);
    return `i32.const ${at} i32.const ${bytes.length}`;
  }

  /** The active data segment that puts them there. */
  segment(): number[] {
    const offset = [0x41, ...leb(TEXT_AT, true), 0x0b];
    return [0, ...offset, ...leb(this.#bytes.length), ...this.#bytes];
  }
}

function leb(value: number, signed = false): number[] {
  const last = value < (signed ? 64 : 128);
  return last ? [value] : [value & 127 | 128, ...leb(value >>> 7, signed)];
}
