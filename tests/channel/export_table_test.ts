import { assertEquals } from "@std/assert";
import {
  ExportTable,
  packExports,
  type TableEntry,
} from "../../src/channel/export_table.ts";

const SIGNATURE = { params: ["i32", "other"], results: ["f64"] } as const;
const ENTRIES: readonly TableEntry[] = [
  { name: "memory", kind: "memory" },
  { name: "f", kind: "function", signature: SIGNATURE },
  { name: "", kind: "global" },
  { name: "\ufeffé😀", kind: "table" },
  { name: "ff", kind: "function", signature: SIGNATURE },
  {
    name: "__proto__",
    kind: "function",
    signature: { params: [], results: [] },
  },
  { name: "t", kind: "tag" },
];

Deno.test("ExportTable finds what was packed, also after it was posted", () => {
  const table = new ExportTable(structuredClone(packExports(ENTRIES)));
  assertEquals(table.names(), ENTRIES.map(({ name }) => name));
  for (const entry of ENTRIES) {
    assertEquals(table.find(entry.name), entry);
    assertEquals(table.has(entry.name), true);
  }
  for (const name of ["fff", "mem", "emory", "toString", "\ufeff", "é😀"]) {
    assertEquals(table.find(name), undefined);
    assertEquals(table.has(name), false);
  }
});

Deno.test("packExports writes a shared signature once", () => {
  const packed = packExports(ENTRIES);
  assertEquals([...packed.types], [0, 1, 0, 0, 1, 2, 0]);
  assertEquals([...packed.typeEnds], [2, 3, 3, 3]);
  assertEquals(new ExportTable(packExports([])).names(), []);
});
