/**
 * A guest with every kind of state, which changes one of them and then ends in
 * one of several ways; and which tells all of it as one number.
 */

import { ModuleBuilder, type ValueName } from "../prepare/module_builder.ts";

/** What a call changes. */
export const CHANGES = [
  "nothing",
  "memory",
  "second memory",
  "i32 global",
  "i64 global",
  "f32 global",
  "f64 global",
  "table",
  "memory size",
  "table size",
  "opened descriptor",
  "closed descriptor",
  "moved descriptor",
  "changed file",
  "new file",
  "removed file",
] as const;

/** How a call ends. */
export const ENDS = [
  "return",
  "trap",
  "exit",
  "exception",
  "stack",
  "loop",
] as const;

const I: ValueName = "i32";
const L: ValueName = "i64";
/** Indices of the imports. */
const IMPORTS: Readonly<Record<string, [ValueName[], ValueName[]]>> = {
  path_open: [[I, I, I, I, I, L, L, I, I], [I]],
  fd_write: [[I, I, I, I], [I]],
  fd_read: [[I, I, I, I], [I]],
  fd_close: [[I], [I]],
  fd_renumber: [[I, I], [I]],
  fd_tell: [[I, I], [I]],
  path_unlink_file: [[I, I, I], [I]],
  environ_sizes_get: [[I, I], [I]],
  args_sizes_get: [[I, I], [I]],
  random_get: [[I, I], [I]],
  proc_exit: [[I], []],
};
const NAMES = Object.keys(IMPORTS);
const [CHANGE, ENDING, STACK] = [0, 1, 2].map((one) => NAMES.length + one);

/** Where the names `a` and `b`, the descriptor, a vector and a byte lie. */
const [A, B, FD, VECTOR, DONE, BYTE, SIZES] = [0, 1, 8, 16, 24, 32, 40];
const [WRITE, CREATE_AND_CUT, BOTH] = [64, 9, 66];

/**
 * ```text
 *   setup()                      makes it differ from a fresh instance
 *   hostile(change, end)         indices of CHANGES and ENDS
 *   tell() -> i64                all state
 *   draw() -> i64                a random number
 * ```
 * The first directory has a file `a`; `b` is a new one.
 */
export function stateMatrixGuest(): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  for (const [name, [params, results]] of Object.entries(IMPORTS)) {
    const type = builder.type(params, results);
    builder.importFunction("wasi_snapshot_preview1", name, type);
  }
  const nothing = builder.type([], []);
  const one = builder.type([I], []);
  const two = builder.type([I, I], []);
  const wide = builder.type([], [L]);
  builder.memory(2, 16).memory(1, 4).table("funcref", 4, 16);
  builder.global(I, "i32.const 1").global(L, "i64.const 2")
    .raw(6, [0x7d, 1, 0x43, 0, 0, 0, 0, 0x0b])
    .raw(6, [0x7c, 1, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b]);
  builder.raw(13, [0, nothing]).activeElements(0, [CHANGE!, ENDING!]);
  builder.func(one, cases(CHANGES.map((name) => CODE[name])));
  builder.func(one, cases(ENDS.map((name) => END_CODE[name])));
  builder.func(nothing, `call ${STACK}`);
  builder.func(
    nothing,
    `i32.const 70000 i32.const 90 i32.store8 0 0 0
     i32.const 9 i32.const 91 i32.store8 1 0 0
     i32.const 11 global.set 0 i64.const 12 global.set 1
     i32.const 13 f32.convert_i32_s global.set 2
     i32.const 14 f64.convert_i32_s global.set 3
     i32.const 2 ref.func ${ENDING} table.set 0 ${NAMED}`,
  );
  builder.func(two, `local.get 0 call ${CHANGE} local.get 1 call ${ENDING}`);
  builder.func(wide, tell(), [L, I]);
  builder.func(
    wide,
    `i32.const ${BYTE} i32.const 8 call ${index("random_get")} drop
     i32.const ${BYTE} i64.load 0 0 0`,
  );
  ["setup", "hostile", "tell", "draw"].forEach((name, at) =>
    builder.export(name, "function", STACK! + 1 + at)
  );
  return builder.export("memory", "memory", 0).build();
}

function index(name: string): number {
  return NAMES.indexOf(name);
}

/** The names of both files, in memory. */
const NAMED = `i32.const ${A} i32.const 97 i32.store8 0 0 0
  i32.const ${B} i32.const 98 i32.store8 0 0 0`;

function open(name: number, flags: number, rights: number): string {
  return `${NAMED} i32.const 3 i32.const 0 i32.const ${name} i32.const 1
    i32.const ${flags} i64.const ${rights} i64.const 0 i32.const 0
    i32.const ${FD} call ${index("path_open")}`;
}

const MOVED = `i32.const ${VECTOR} i32.const ${BYTE} i32.store 0 0 2
  i32.const ${VECTOR + 4} i32.const 1 i32.store 0 0 2
  i32.const ${FD} i32.load 0 0 2 i32.const ${VECTOR} i32.const 1
  i32.const ${DONE}`;
const CLOSED = `i32.const ${FD} i32.load 0 0 2 call ${index("fd_close")} drop`;

function write(name: number): string {
  return `${open(name, CREATE_AND_CUT, WRITE)} drop
    i32.const ${BYTE} i32.const 120 i32.store8 0 0 0
    ${MOVED} call ${index("fd_write")} drop ${CLOSED}`;
}

const CODE: Readonly<Record<typeof CHANGES[number], string>> = {
  nothing: "",
  memory: "i32.const 0 i32.const 255 i32.const 131072 memory.fill 0",
  "second memory": "i32.const 0 i32.const 255 i32.const 65536 memory.fill 1",
  "i32 global": "i32.const -1 global.set 0",
  "i64 global": "i64.const -1 global.set 1",
  "f32 global": "i32.const 2 f32.convert_i32_s global.set 2",
  "f64 global": "i32.const 3 f64.convert_i32_s global.set 3",
  table: `i32.const 0 ref.null funcref table.set 0
    i32.const 3 ref.func ${CHANGE} table.set 0`,
  "memory size": "i32.const 3 memory.grow 0 drop",
  "table size": "ref.null funcref i32.const 5 table.grow 0 drop",
  "opened descriptor": `${open(A!, 0, BOTH)} drop`,
  "closed descriptor": `i32.const 3 call ${index("fd_close")} drop`,
  "moved descriptor": `${open(A!, 0, BOTH)} drop
    i32.const ${FD} i32.load 0 0 2 i32.const 0 call ${
    index("fd_renumber")
  } drop`,
  "changed file": write(A!),
  "new file": write(B!),
  "removed file": `${NAMED} i32.const 3 i32.const ${A} i32.const 1 call ${
    index("path_unlink_file")
  } drop`,
};

const END_CODE: Readonly<Record<typeof ENDS[number], string>> = {
  return: "",
  trap: "unreachable",
  exit: `i32.const 3 call ${index("proc_exit")}`,
  exception: "throw 0",
  stack: `call ${STACK}`,
  loop: "loop void br 0 end",
};

/** The code of the case that the first local says. */
function cases(codes: readonly string[]): string {
  return codes.map((code, at) =>
    `local.get 0 i32.const ${at} i32.eq if void ${code} end`
  ).join(" ");
}

/** Sums everything up in local 0; local 1 is the byte of a file. */
function tell(): string {
  const wide = (code: string) => `${code} i64.extend_i32_u`;
  const sizes = (name: string) => [
    wide(`i32.const ${SIZES} i32.const ${SIZES! + 4} call ${index(name)}`),
    wide(`i32.const ${SIZES} i32.load 0 0 2`),
    wide(`i32.const ${SIZES! + 4} i32.load 0 0 2`),
  ];
  const file = (name: number) => [
    wide(open(name, 0, 2)),
    wide(`i32.const ${FD} i32.load 0 0 2`),
    wide(
      `i32.const ${BYTE} i32.const 0 i32.store8 0 0 0
       ${MOVED} call ${index("fd_read")}`,
    ),
    wide(`i32.const ${BYTE} i32.load8_u 0 0 0`),
    wide(`i32.const ${FD} i32.load 0 0 2 call ${index("fd_close")}`),
  ];
  const parts = [
    wide("i32.const 70000 i32.load8_u 0 0 0"),
    wide("i32.const 100000 i32.load8_u 0 0 0"),
    wide("i32.const 9 i32.load8_u 1 0 0"),
    wide("i32.const 5000 i32.load8_u 1 0 0"),
    wide("global.get 0"),
    "global.get 1",
    "global.get 2 i64.trunc_f32_s",
    "global.get 3 i64.trunc_f64_s",
    wide("memory.size 0"),
    wide("memory.size 1"),
    wide("table.size 0"),
    ...[0, 1, 2, 3].map((at) =>
      wide(`i32.const ${at} table.get 0 ref.is_null`)
    ),
    ...[0, 3, 4, 5, 6].map((fd) =>
      wide(`i32.const ${fd} i32.const ${SIZES} call ${index("fd_tell")}`)
    ),
    ...sizes("environ_sizes_get"),
    ...sizes("args_sizes_get"),
    ...file(A!),
    ...file(B!),
  ];
  return `${
    parts.map((part) =>
      `local.get 0 i64.const 31 i64.mul ${part} i64.add local.set 0`
    ).join(" ")
  } local.get 0`;
}
