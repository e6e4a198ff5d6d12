/** Hostile WASI programs that are nothing but calls of file functions. */

import { SectionId } from "../../src/wasm/section.ts";
import { assemble } from "../../src/wasm/assembler.ts";
import { Writer } from "../../src/wasm/writer.ts";
import { ModuleBuilder, type ValueName } from "../prepare/module_builder.ts";

/** An argument: a number, or code that leaves one on the stack. */
type Argument = number | bigint | string;

/** The first granted directory. */
export const FOLDER = 3;
/** Every right of a file and of a directory. */
export const ALL_RIGHTS: bigint = (1n << 30n) - 1n;
/** `oflags` of `path_open`. */
export const CREATE = 1;
export const CREATE_NEW = 5;
export const CREATE_OR_CUT = 9;
/** `fdflags` of `path_open`. */
export const APPEND = 1;

const I = "i32";
const L = "i64";
/** The functions that programs import, in the order of their indices. */
const SIGNATURES: Readonly<Record<string, ValueName[]>> = {
  path_open: [I, I, I, I, I, L, L, I, I],
  fd_close: [I],
  fd_write: [I, I, I, I],
  fd_pwrite: [I, I, I, L, I],
  fd_seek: [I, L, I, I],
  fd_allocate: [I, L, L],
  fd_filestat_set_size: [I, L],
  fd_filestat_set_times: [I, L, L, I],
  fd_fdstat_set_flags: [I, I],
  fd_readdir: [I, I, I, L, I],
  path_create_directory: [I, I, I],
  path_remove_directory: [I, I, I],
  path_unlink_file: [I, I, I],
  path_rename: [I, I, I, I, I, I],
  path_link: [I, I, I, I, I, I, I],
  path_symlink: [I, I, I, I, I],
  path_filestat_get: [I, I, I, I, I],
  path_filestat_set_times: [I, I, I, I, L, L, I],
};
const NAMES: readonly string[] = Object.keys(SIGNATURES);
const PROC_EXIT = NAMES.length;
const START = NAMES.length + 1;

const RESULT_AT = 0;
const STAT_AT = 64;
const IOVECS_AT = 256;
const NAME_AT = 1024;
const TEXT_AT = 4096;
const BUFFER_AT = 1_048_576;
/** Bytes that one write moves at most. */
export const BUFFER_BYTES: number = 4 * 1_048_576;
const PAGES = (BUFFER_AT + BUFFER_BYTES) / 65_536;

/** Builds a program; every method adds to what it does. */
export class FileProgram {
  #code = "";
  #texts: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  #textEnd = TEXT_AT;
  /** Locals: the last error number, the first one, and loop counters. */
  #loops = 2;
  readonly #functions: {
    readonly code: string;
    readonly locals: number;
    /** An export, which returns the first error number. */
    readonly name?: string;
  }[] = [];

  /** The descriptor that was opened last. */
  readonly opened: string = `i32.const ${RESULT_AT} i32.load 0 0 4`;
  /** A name of five letters, different for each round of the loop `depth`. */
  readonly numbered: readonly [Argument, Argument] = [NAME_AT, 5];

  /** Calls an import, and keeps its error number. */
  call(name: string, ...args: Argument[]): this {
    const params = SIGNATURES[name];
    if (params?.length !== args.length) throw new TypeError(name);
    const code = args.map((argument, i) =>
      typeof argument === "string" ? argument : `${params[i]}.const ${argument}`
    );
    return this.code(
      `${code.join(" ")} call ${NAMES.indexOf(name)} local.tee 0
       if void local.get 1 i32.eqz if void local.get 0 local.set 1 end end`,
    );
  }

  open(
    path: readonly [Argument, Argument],
    oflags = 0,
    fdflags = 0,
    rights: bigint = ALL_RIGHTS,
  ): this {
    const args = [oflags, rights, rights, fdflags, RESULT_AT];
    return this.call("path_open", FOLDER, 0, ...path, ...args);
  }

  close(): this {
    return this.call("fd_close", this.opened);
  }

  /** Writes what is in the buffer to what was opened last, in `parts` parts. */
  write(bytes: number, parts = 1): this {
    const length = bytes / parts;
    for (let i = 0; i < parts; i++) {
      const at = IOVECS_AT + i * 8;
      this.code(`
        i32.const ${at} i32.const ${BUFFER_AT + i * length} i32.store 0 0 4
        i32.const ${at} i32.const ${length} i32.store 0 4 4`);
    }
    return this.call("fd_write", this.opened, IOVECS_AT, parts, RESULT_AT + 8);
  }

  /** Sets what is written. */
  fill(text: string): this {
    const [at, length] = this.text(text);
    return this.code(
      `i32.const ${BUFFER_AT} i32.const ${at} i32.const ${length}
       memory.copy 0 0`,
    );
  }

  /** Lists what was opened last, from the start, in one call. */
  list(): this {
    return this.call(
      "fd_readdir",
      this.opened,
      BUFFER_AT,
      65_536,
      0n,
      RESULT_AT + 8,
    );
  }

  stat(path: readonly [Argument, Argument]): this {
    return this.call("path_filestat_get", FOLDER, 0, ...path, STAT_AT);
  }

  /** A text in memory: its pointer and its length in bytes. */
  text(text: string): [at: number, length: number] {
    const bytes = new TextEncoder().encode(text);
    const at = this.#textEnd;
    this.#texts.push({ at, bytes });
    this.#textEnd += bytes.length;
    return [at, bytes.length];
  }

  /** Repeats what `body` adds; `numbered` is another name in each round. */
  loop(rounds: number, body: () => void): this {
    const counter = this.#loops++;
    this.code(`i32.const 0 local.set ${counter} loop void`);
    this.#setName(counter);
    body();
    return this.code(
      `local.get ${counter} i32.const 1 i32.add local.tee ${counter}
       i32.const ${rounds} i32.lt_u br_if 0 end`,
    );
  }

  /**
   * Does what `body` adds, ever deeper, until the stack ends in the middle of
   * it: where, depends on how large a frame is.
   */
  exhaustStack(frameWords: number, body: () => void): this {
    const before = this.#code;
    this.#code = "";
    body();
    const index = START + 1 + this.#functions.length;
    // Locals that are used after the call are kept on the stack.
    const kept = Array.from({ length: frameWords }, (_, i) => i + 2);
    const code = `${kept.map((i) => `local.get 0 local.set ${i}`).join(" ")}
      ${this.#code} call ${index}
      ${kept.map((i) => `local.get ${i} local.set 1`).join(" ")}`;
    this.#functions.push({ code, locals: frameWords + 2 });
    this.#code = before;
    return this.code(`call ${index}`);
  }

  /** Adds an export that does what `body` adds, for sessions. */
  step(name: string, body: () => void): this {
    const before = this.#code;
    this.#code = "";
    body();
    const code = `${this.#code} local.get 1`;
    this.#functions.push({ code, locals: this.#loops, name });
    this.#code = before;
    return this;
  }

  code(code: string): this {
    this.#code += ` ${code}`;
    return this;
  }

  /** The module; it exits with the first error number, 0 when all went well. */
  build(): Uint8Array<ArrayBuffer> {
    const module = new ModuleBuilder();
    for (const [name, params] of Object.entries(SIGNATURES)) {
      const type = module.type(params, [I]);
      module.importFunction("wasi_snapshot_preview1", name, type);
    }
    const exit = module.type([I]);
    module.importFunction("wasi_snapshot_preview1", "proc_exit", exit);
    const nothing = module.type([]);
    const locals = new Array<ValueName>(this.#loops).fill(I);
    const code = `${this.#code} local.get 1 call ${PROC_EXIT}`;
    module.func(nothing, code, locals);
    const answering = module.type([], [I]);
    for (const [at, { code, locals, name }] of this.#functions.entries()) {
      const type = name === undefined ? nothing : answering;
      module.func(type, code, new Array<ValueName>(locals).fill(I));
      if (name) module.export(name, "function", START + 1 + at);
    }
    module.memory(PAGES).export("memory", "memory", 0);
    module.export("_start", "function", START);
    for (const { at, bytes } of this.#texts) {
      const entry = new Writer().byte(0).bytes(assemble(`i32.const ${at}`));
      entry.byte(0x0b).u32(bytes.length).bytes(bytes);
      module.raw(SectionId.data, entry.view());
    }
    return module.build();
  }

  #setName(counter: number): void {
    this.code(`i32.const ${NAME_AT} i32.const 110 i32.store8 0 0 1`);
    for (let i = 0; i < 4; i++) {
      this.code(
        `i32.const ${NAME_AT + 1 + i} local.get ${counter}
         i32.const ${i * 4} i32.shr_u i32.const 15 i32.and
         i32.const 97 i32.add i32.store8 0 0 1`,
      );
    }
  }
}
