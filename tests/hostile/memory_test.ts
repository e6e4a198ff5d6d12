import { assertEquals } from "@std/assert";
import { SandboxedTool } from "../../mod.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";
import { checkCase, hostileCases } from "./hostile_case.ts";

for (
  const hostile of hostileCases(
    "memory",
    "memory64",
    "table_declared",
    "tables_declared",
    "table_grow",
    "grow_",
  )
) {
  Deno.test(`Memory and tables stay within the limit: ${hostile.name}`, () =>
    checkCase(hostile));
}

const PAGE_BYTES = 65_536;
/** What an entry of a table is counted with. */
const ENTRY_BYTES = 40;

/** A tool that grows a table and then does what `then` says. */
function growingTable(then: string): Uint8Array {
  const builder = new ModuleBuilder();
  const schema = '{"name":"t","parameters":{"type":"object"}}';
  const [none, two] = [
    builder.type([], ["i64"]),
    builder.type(["i32", "i32"], ["i64"]),
  ];
  const text = [...new TextEncoder().encode(schema)]
    .map((byte, at) => `i32.const ${at} i32.const ${byte} i32.store8 0 0 0`);
  return builder.memory(1).table("funcref", 10)
    .func(none, `${text.join("\n")} i64.const ${schema.length}`)
    .func(
      two,
      `ref.null funcref i32.const 1000 table.grow 0 drop
       i32.const 0 i32.const 48 i32.store8 0 0 0 ${then} i64.const 1`,
    )
    .export("memory", "memory", 0)
    .export("__tool_schema", "function", 0)
    .export("__tool_execute", "function", 1)
    .build();
}

Deno.test("What a call used counts the tables that grew, however it ended", async () => {
  for (const then of ["", "unreachable"]) {
    await using tool = await SandboxedTool.load(growingTable(then));
    const { ok, usage } = await tool.call({});
    assertEquals(ok, then === "");
    // The arguments have a page of their own.
    const expected = 2 * PAGE_BYTES + 1010 * ENTRY_BYTES;
    assertEquals(usage.memoryBytes, expected);
  }
});
