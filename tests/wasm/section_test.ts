import { assertEquals, assertThrows } from "@std/assert";
import { CompilationFailed } from "../../src/errors.ts";
import { Reader } from "../../src/wasm/reader.ts";
import { readSections } from "../../src/wasm/section.ts";

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

function sections(...bytes: number[]) {
  return readSections(new Reader(Uint8Array.from([...HEADER, ...bytes])), 5);
}

Deno.test("readSections lists sections with their bounds and ranks", () => {
  const found = sections(1, 1, 0, 0, 3, 1, 0x61, 9, 3, 1, 0);
  assertEquals(found, [
    { id: 1, contents: 10, end: 11, name: "", rank: 0 },
    { id: 0, contents: 15, end: 16, name: "a", rank: 0 },
    { id: 3, contents: 18, end: 19, name: "", rank: 2 },
  ]);
});

Deno.test("readSections refuses wrong order, repeats and unknown ids", () => {
  const refuses = (bytes: number[], message: string) =>
    assertThrows(() => sections(...bytes), CompilationFailed, message);
  refuses([3, 1, 0, 1, 1, 0], "section 1 is out of order");
  refuses([1, 1, 0, 1, 1, 0], "section 1 is out of order");
  refuses([14, 0], "unknown section 14");
  refuses([1, 5, 0], "section is cut off");
  refuses(Array(6).fill([0, 1, 0]).flat(), "more than 5 sections");
});

Deno.test("readHeader tells a component from a module", () => {
  const component = Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0);
  assertThrows(
    () => readSections(new Reader(component), 5),
    CompilationFailed,
    "this is a component, not a core module",
  );
  const future = Uint8Array.of(0, 0x61, 0x73, 0x6d, 2, 0, 0, 0);
  assertThrows(
    () => readSections(new Reader(future), 5),
    CompilationFailed,
    "version is not 1",
  );
});
