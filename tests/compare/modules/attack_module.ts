/** Modules that attack: an export `run` that answers with a number. */

import { ModuleBuilder, type ValueName } from "../../prepare/module_builder.ts";
import { CANARY } from "../subject.ts";

const I = "i32";
const L = "i64";

/** What modules import of WASI preview 1, in the order of their indices. */
const SIGNATURES: Readonly<Record<string, readonly ValueName[]>> = {
  path_open: [I, I, I, I, I, L, L, I, I],
  fd_read: [I, I, I, I],
  fd_write: [I, I, I, I],
  path_symlink: [I, I, I, I, I],
  path_create_directory: [I, I, I],
  path_rename: [I, I, I, I, I, I],
  poll_oneoff: [I, I, I, I],
  random_get: [I, I],
  sched_yield: [],
};
const NAMES = Object.keys(SIGNATURES);

/** The first granted folder. */
const FOLDER = 3;
const FOLLOW = 1;
const FD_READ = 2;
const OPENED_AT = 0;
const IOVEC_AT = 16;
const COUNT_AT = 24;
const READ_AT = 64;
const TEXT_AT = 1_024;

/** The index of the function that `run` is. */
export const RUN: number = NAMES.length;
/** Locals that every `run` has. */
export const LOCALS = 4;

/** What makes a module an attack. */
export interface AttackParts {
  /** The code of `run`, which leaves an i32. */
  readonly code: string;
  /** Pages of memory at the start; 16 by default. */
  readonly pages?: number;
  /** More of it, before it is built. */
  readonly more?: (module: ModuleBuilder) => void;
}

/** The first four bytes of the secret, as a module reads them. */
export const CANARY_WORD: number = new DataView(
  new TextEncoder().encode(CANARY).buffer,
).getInt32(0, true);

/**
 * Builds a module. Beside `run` it exports `told`, for packages that do not
 * pass numbers on: it traps where `run` answers with the secret.
 */
export function attackModule(
  { code, pages = 16, more }: AttackParts,
): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  for (const [name, params] of Object.entries(SIGNATURES)) {
    const type = module.type([...params], [I]);
    module.importFunction("wasi_snapshot_preview1", name, type);
  }
  const answers = module.type([], [I]);
  const nothing = module.type([]);
  module.func(answers, code, new Array<ValueName>(LOCALS).fill(I));
  module.func(
    nothing,
    `call ${RUN} i32.const ${CANARY_WORD} i32.eq if void unreachable end`,
  );
  module.memory(pages);
  module.export("memory", "memory", 0);
  module.export("run", "function", RUN);
  module.export("told", "function", RUN + 1);
  more?.(module);
  return module.build();
}

/** Calls a function of WASI, and leaves its error number. */
export function call(
  name: string,
  ...args: readonly (number | string)[]
): string {
  const params = SIGNATURES[name]!;
  const code = args.map((one, i) =>
    typeof one === "string" ? one : `${params[i]}.const ${one}`
  );
  return `${code.join(" ")} call ${NAMES.indexOf(name)}`;
}

/** Puts texts in memory, one after the other. */
export class Texts {
  #code = "";
  #end = TEXT_AT;

  /** The pointer and the length of a text. */
  place(text: string): [at: number, length: number] {
    const at = this.#end;
    for (const byte of new TextEncoder().encode(text)) {
      this.#code += ` i32.const ${this
        .#end++} i32.const ${byte} i32.store8 0 0 0`;
    }
    return [at, this.#end - at];
  }

  /** The code that does it. */
  get code(): string {
    return this.#code;
  }
}

/** Reads the beginning of a file; leaves its first four bytes, or 0. */
export function readFile(path: readonly [number, number]): string {
  const open = call(
    "path_open",
    ...[FOLDER, FOLLOW, ...path, 0, FD_READ, FD_READ, 0, OPENED_AT],
  );
  return `
    i32.const ${IOVEC_AT} i32.const ${READ_AT} i32.store 0 0 2
    i32.const ${IOVEC_AT} i32.const 64 i32.store 0 4 2
    ${open} i32.eqz if void
      ${
    call(
      "fd_read",
      `i32.const ${OPENED_AT} i32.load 0 0 2`,
      IOVEC_AT,
      1,
      COUNT_AT,
    )
  }
      drop end
    i32.const ${READ_AT} i32.load 0 0 2`;
}
