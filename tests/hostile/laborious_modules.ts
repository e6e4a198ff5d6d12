/** Modules that are meant to keep the host busy, made when they are asked for. */

import { ModuleBuilder, type ValueName } from "../prepare/module_builder.ts";
import { Writer } from "../../src/wasm/writer.ts";

const MIB = 1024 * 1024;
const PAGE = 65_536;
const encode = (text: string) => new TextEncoder().encode(text);

/** A module of no use to anybody. */
export type Laborious = () => Uint8Array<ArrayBuffer>;

/** What keeps a reader, a validator or a compiler busy. */
export const LABORIOUS_MODULES: Readonly<Record<string, Laborious>> = {
  "20,000 types": () => {
    const builder = new ModuleBuilder();
    for (let i = 0; i < 20_000; i++) {
      builder.type(
        Array.from({ length: 14 }, (_, bit) => NUMBERS[i >> bit & 1]!),
      );
    }
    return builder.build();
  },
  "50,000 exports of a long type": () => {
    const builder = new ModuleBuilder();
    builder.type(new Array(1000).fill("i32"), new Array(1000).fill("i64"));
    builder.func(0, "unreachable");
    for (let i = 0; i < 50_000; i++) builder.export(`e${i}`, "function", 0);
    return builder.build();
  },
  "50,000 exports of long names": () => {
    const builder = new ModuleBuilder();
    builder.func(builder.type([]), "");
    const name = "long".repeat(80);
    for (let i = 0; i < 50_000; i++) builder.export(name + i, "function", 0);
    return builder.build();
  },
  "20,000 imports": () => {
    const builder = new ModuleBuilder();
    builder.type(["i32"], ["i32"]);
    for (let i = 0; i < 20_000; i++) {
      builder.importFunction("wasi_snapshot_preview1", "fd_close", 0);
    }
    return builder.build();
  },
  "20,000 unknown imports": () => {
    const builder = new ModuleBuilder();
    builder.type(["i32"], ["i32"]);
    for (let i = 0; i < 20_000; i++) {
      builder.importFunction(`m${i}`, `n${i}`, 0);
    }
    return builder.build();
  },
  "many locals in 100 KB": () => {
    const builder = new ModuleBuilder();
    builder.type([]);
    const entry = [1, 0xcf, 0x86, 0x03, 0x7f, 0x0b]; // 49,999 of i32
    for (let i = 0; i < 3000; i++) builder.rawFunc(0, entry);
    return builder.build();
  },
  "functions of 40 MB": () => {
    const body = new Writer().byte(0);
    for (let i = 0; i < 100_000; i++) body.bytes([0x41, 1, 0x1a]);
    const entry = body.byte(0x0b).finish();
    return sections([1, [1, 0x60, 0, 0]], [3, [
      130,
      1,
      ...new Array(130).fill(0),
    ]], [
      10,
      list(130, entry),
    ]);
  },
  "a section of 40 MB": () =>
    new ModuleBuilder().custom("noise", new Uint8Array(40 * MIB)).build(),
  "100 KB of broken bytes": () =>
    new Uint8Array([...HEADER, ...new Array(100_000).fill(0)]),
};

/** What is taken back from a cache on the host's thread, at its limits. */
export const LABORIOUS_KEPT: Readonly<Record<string, Laborious>> = {
  "50,000 data segments": () => {
    const builder = large().memory(1);
    for (let i = 0; i < 50_000; i++) {
      builder.raw(11, [0, 0x41, 0, 0x0b, 1, 7]);
    }
    return builder.build();
  },
  "12,000 exports": () => {
    const builder = large();
    for (let i = 0; i < 12_000; i++) {
      builder.export(i.toString(36), "function", 0);
    }
    return builder.build();
  },
  "2,500 imports": () => {
    const builder = large();
    for (let i = 0; i < 2_500; i++) {
      builder.importFunction("wasi_snapshot_preview1", "fd_close", 1);
    }
    return builder.build();
  },
  "240 exports of a long type": () => {
    const builder = large();
    builder.type(new Array(1000).fill("i32"), new Array(1000).fill("i64"));
    builder.func(2, "unreachable");
    for (let i = 0; i < 240; i++) builder.export(`e${i}`, "function", 1);
    return builder.build();
  },
  "27 MB, of which 15 MB are code": () => {
    const builder = new ModuleBuilder();
    const type = builder.type([]);
    const code = new Uint8Array(350_000).fill(1);
    const entry = [0, ...code, 0x0b];
    for (let i = 0; i < 43; i++) builder.rawFunc(type, entry);
    return builder.custom("noise", new Uint8Array(12_000_000)).build();
  },
};

/** So large that it is kept. */
function large(): ModuleBuilder {
  const builder = new ModuleBuilder();
  builder.func(builder.type([]), "");
  builder.type(["i32"], ["i32"]);
  return builder.custom("noise", new Uint8Array(256 * 1024));
}

/** A tool whose schema or answer is this text, over and over, to some length. */
export function answering(
  unit: string,
  bytes: number,
  parts: { readonly open?: string; readonly close?: string } = {},
  what: "schema" | "execute" = "execute",
): Uint8Array<ArrayBuffer> {
  const { open = "", close = "" } = parts;
  const repeated = encode(unit);
  const count = Math.floor(
    (bytes - open.length - close.length) / repeated.length,
  );
  const piece = encode(
    unit.repeat(Math.ceil(Math.min(count, 40_000 / repeated.length))),
  );
  const total = open.length + count * repeated.length + close.length;
  const builder = new ModuleBuilder();
  const [none, two] = [
    builder.type([], ["i64"]),
    builder.type(["i32", "i32"], ["i64"]),
  ];
  const schema = '{"name":"t","parameters":{"type":"object"}}';
  const small = `i64.const ${(1024n << 32n) | BigInt(schema.length)}`;
  const large = `
    i32.const ${PAGE} i32.const 0 i32.const ${open.length} memory.init 0 0
    i32.const ${PAGE + open.length} i32.const ${open.length}
    i32.const ${piece.length} memory.init 0 0
    ${doubled(PAGE + open.length, piece.length, count * repeated.length)}
    i32.const ${PAGE + total - close.length}
    i32.const ${
    open.length + piece.length
  } i32.const ${close.length} memory.init 0 0
    i64.const ${(BigInt(PAGE) << 32n) | BigInt(total)}`;
  return builder.memory(Math.ceil((PAGE + total) / PAGE) + 1)
    .func(none, what === "schema" ? large : `${stored(1024, schema)} ${small}`)
    .func(two, what === "execute" ? large : small)
    .data([...encode(open), ...piece, ...encode(close)])
    .export("memory", "memory", 0)
    .export("__tool_schema", "function", 0)
    .export("__tool_execute", "function", 1)
    .build();
}

/** A program that prints so many bytes that are no UTF-8. */
export function printing(bytes: number): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const write = builder.type(["i32", "i32", "i32", "i32"], ["i32"]);
  const start = builder.type([]);
  return builder
    .importFunction("wasi_snapshot_preview1", "fd_write", write)
    .memory(Math.ceil(bytes / PAGE) + 2)
    .func(
      start,
      `i32.const ${PAGE} i32.const 200 i32.const ${bytes} memory.fill 0
       i32.const 0 i32.const ${PAGE} i32.store 0 0 2
       i32.const 4 i32.const ${bytes} i32.store 0 0 2
       i32.const 1 i32.const 0 i32.const 1 i32.const 16 call 0 drop
       i32.const 2 i32.const 0 i32.const 1 i32.const 16 call 0 drop`,
    )
    .export("memory", "memory", 0)
    .export("_start", "function", 1)
    .build();
}

/** A program that carries a schema of so many bytes. */
export function carrying(bytes: number): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const start = builder.type([]);
  const schema = encode('{"name":"t","parameters":{"type":"object"},"x":"');
  const section = new Uint8Array(bytes).fill(0x61);
  section.set(schema);
  section.set(encode('"}'), bytes - 2);
  return builder.memory(1).func(start, "")
    .export("memory", "memory", 0).export("_start", "function", 0)
    .custom("tool_schema", section).build();
}

const NUMBERS: readonly ValueName[] = ["i32", "i64"];
const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** Copies what was written once until it fills its place. */
function doubled(at: number, written: number, wanted: number): string {
  const copies: string[] = [];
  for (let done = written; done < wanted;) {
    const more = Math.min(done, wanted - done);
    copies.push(
      `i32.const ${
        at + done
      } i32.const ${at} i32.const ${more} memory.copy 0 0`,
    );
    done += more;
  }
  return copies.join("\n");
}

function stored(at: number, text: string): string {
  return [...encode(text)]
    .map((byte, index) =>
      `i32.const ${at + index} i32.const ${byte} i32.store8 0 0 0`
    )
    .join("\n");
}

function list(count: number, entry: Uint8Array): Writer {
  const body = new Writer().u32(count);
  for (let i = 0; i < count; i++) body.u32(entry.length).bytes(entry);
  return body;
}

function sections(
  ...parts: readonly (readonly [id: number, body: number[] | Writer])[]
): Uint8Array<ArrayBuffer> {
  const writer = new Writer().bytes(HEADER);
  for (const [id, body] of parts) {
    writer.section(
      id,
      body instanceof Writer ? body : new Writer().bytes(body),
    );
  }
  return writer.finish();
}
