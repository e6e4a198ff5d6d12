/**
 * Inspects modules of 900,000 types each, none of which any other has, and
 * prints what was found and how many MiB this process took at most.
 */

import { inspectModule } from "../../mod.ts";
import { SectionId } from "../../src/wasm/section.ts";
import { Writer } from "../../src/wasm/writer.ts";

const MODULES = 3;
const TYPES = 900_000;
/** i32, i64, f32, f64. */
const KINDS = [0x7f, 0x7e, 0x7d, 0x7c];
const DIGITS = 12;

/** A type for each number: its digits to the base of 4, as parameters. */
function types(from: number): Writer {
  const body = new Writer(TYPES * (DIGITS + 3)).u32(TYPES);
  for (let type = from; type < from + TYPES; type++) {
    body.byte(0x60).byte(DIGITS);
    for (let at = 0; at < DIGITS; at++) body.byte(KINDS[(type >> 2 * at) & 3]!);
    body.byte(0);
  }
  return body;
}

function moduleOf(from: number): Uint8Array<ArrayBuffer> {
  const imports = new Writer().u32(1).name("env").name("first").byte(0).u32(0);
  return new Writer().bytes([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])
    .section(SectionId.type, types(from))
    .section(SectionId.import, imports)
    .section(SectionId.export, new Writer().u32(1).name("f").byte(0).u32(0))
    .finish();
}

if (import.meta.main) {
  for (let module = 0; module < MODULES; module++) {
    const found = await inspectModule(moduleOf(module * TYPES));
    const [family] = found.imports;
    console.log(JSON.stringify({
      imported: family?.items.map(({ name, params }) => [name, params?.length]),
      exported: found.exports.map(({ name }) => name),
      refusals: found.refusals.length,
      refusal: found.refusals[0],
    }));
  }
}
