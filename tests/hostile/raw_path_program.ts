/**
 * A program that opens one path, whatever its bytes are, and exits with the
 * error number: no C library tidies the path on its way.
 */

/** How the path is opened. */
export interface RawOpen {
  readonly path: Uint8Array;
  /** `oflags` of `path_open`; 1 creates, 2 wants a directory, 8 truncates. */
  readonly oflags?: number;
  readonly rights?: bigint;
}

/** The first granted folder. */
const FOLDER_FD = 3;
const SYMLINK_FOLLOW = 1;
const FD_READ = 2n;
const PATH_AT = 64;
const PAGES = 4;

const I32 = 0x7f;
const I64 = 0x7e;
const I32_CONST = 0x41;
const I64_CONST = 0x42;
const CALL = 0x10;
const END = 0x0b;

/** The module's bytes. */
export function rawPathProgram(
  { path, oflags = 0, rights = FD_READ }: RawOpen,
): Uint8Array {
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [
      // path_open, proc_exit, _start
      functionType([I32, I32, I32, I32, I32, I64, I64, I32, I32], [I32]),
      functionType([I32], []),
      functionType([], []),
    ]),
    ...section(2, [wasiImport("path_open", 0), wasiImport("proc_exit", 1)]),
    ...section(3, [[2]]),
    ...section(5, [[0, PAGES]]),
    ...section(7, [
      [...name("memory"), 2, 0],
      [...name("_start"), 0, 2],
    ]),
    ...section(10, [sized(body(path.length, oflags, rights))]),
    ...section(11, [
      [0, I32_CONST, ...signed(PATH_AT), END, ...sized([...path])],
    ]),
  ]);
}

function body(length: number, oflags: number, rights: bigint): number[] {
  const i32 = (value: number) => [I32_CONST, ...signed(value)];
  const i64 = (value: bigint) => [I64_CONST, ...signed(value)];
  return [
    0, // no locals
    ...[FOLDER_FD, SYMLINK_FOLLOW, PATH_AT, length, oflags].flatMap(i32),
    ...[rights, rights].flatMap(i64),
    ...[0, 0].flatMap(i32),
    ...[CALL, 0, CALL, 1, END],
  ];
}

function section(id: number, entries: readonly number[][]): number[] {
  return [id, ...sized([...unsigned(entries.length), ...entries.flat()])];
}

function functionType(params: number[], results: number[]): number[] {
  return [0x60, ...sized(params), ...sized(results)];
}

function wasiImport(field: string, type: number): number[] {
  return [...name("wasi_snapshot_preview1"), ...name(field), 0, type];
}

function name(text: string): number[] {
  return sized([...new TextEncoder().encode(text)]);
}

function sized(bytes: number[]): number[] {
  return [...unsigned(bytes.length), ...bytes];
}

function unsigned(value: number): number[] {
  return value < 128 ? [value] : [value & 127 | 128, ...unsigned(value >>> 7)];
}

function signed(value: number | bigint): number[] {
  const number = BigInt(value);
  const low = Number(number & 127n);
  const rest = number >> 7n;
  const isLast = (rest === 0n && low < 64) || (rest === -1n && low >= 64);
  return isLast ? [low] : [low | 128, ...signed(rest)];
}
