/** A guest that keeps letters in files of its first directory. */

import { ModuleBuilder } from "../../prepare/module_builder.ts";

const WASI = "wasi_snapshot_preview1";
const CREATE_AND_CUT = 9;
/** Where the name, the descriptor, the vector, its result and the letter lie. */
const [NAME, FD, VECTOR, DONE, LETTER] = [0, 8, 16, 24, 64] as const;

/**
 * ```text
 *   put(name, letter) -> i32     writes a file of one letter; 0 when it could
 *   get(name) -> i32             the letter, or minus the error
 *   spoil(name, letter)          writes it, and traps
 *   hold(name) -> i32            opens a file, and leaves it open
 *   ask() -> i32                 asks the host
 * ```
 * Names are letters too, as numbers.
 *
 * @param asks Whether it imports the function `ask`.
 */
export function lettersGuest(asks = false): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const open = builder.type(
    ["i32", "i32", "i32", "i32", "i32", "i64", "i64", "i32", "i32"],
    ["i32"],
  );
  const move = builder.type(["i32", "i32", "i32", "i32"], ["i32"]);
  const one = builder.type(["i32"], ["i32"]);
  const two = builder.type(["i32", "i32"], ["i32"]);
  const none = builder.type([], ["i32"]);
  builder.importFunction(WASI, "path_open", open)
    .importFunction(WASI, "fd_write", move)
    .importFunction(WASI, "fd_read", move)
    .importFunction(WASI, "fd_close", one);
  if (asks) builder.importFunction("cortex_host_numeric", "ask", none);
  const first = asks ? 5 : 4;
  const opened = (flags: number, rights: number) =>
    `i32.const ${NAME} local.get 0 i32.store8 0 0 0
     i32.const 3 i32.const 0 i32.const ${NAME} i32.const 1 i32.const ${flags}
     i64.const ${rights} i64.const 0 i32.const 0 i32.const ${FD} call 0`;
  const moved = (index: number) =>
    `i32.const ${VECTOR} i32.const ${LETTER} i32.store 0 0 2
     i32.const ${VECTOR + 4} i32.const 1 i32.store 0 0 2
     i32.const ${FD} i32.load 0 0 2 i32.const ${VECTOR} i32.const 1
     i32.const ${DONE} call ${index} drop
     i32.const ${FD} i32.load 0 0 2 call 3 drop`;
  builder.memory(1).export("memory", "memory", 0);
  builder.func(
    two,
    `${opened(CREATE_AND_CUT, 64)} local.tee 0
     i32.eqz if void
       i32.const ${LETTER} local.get 1 i32.store8 0 0 0 ${moved(1)}
     end local.get 0`,
  );
  builder.func(
    one,
    `${opened(0, 2)} local.tee 0 if void
       i32.const 0 local.get 0 i32.sub return
     end
     ${moved(2)} i32.const ${LETTER} i32.load8_u 0 0 0`,
  );
  builder.func(
    two,
    `local.get 0 local.get 1 call ${first} drop unreachable`,
  );
  builder.func(one, opened(0, 2));
  ["put", "get", "spoil", "hold"].forEach((name, index) =>
    builder.export(name, "function", first + index)
  );
  if (asks) builder.func(none, "call 4").export("ask", "function", first + 4);
  return builder.build();
}
