import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { inspectModule } from "../../mod.ts";
import { SectionId } from "../../src/wasm/section.ts";
import { Writer } from "../../src/wasm/writer.ts";

Deno.test("Inspecting modules with more types than V8 stands ends no process", async () => {
  const program = new URL("./inspect_process.ts", import.meta.url);
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", program.pathname],
    stderr: "inherit",
  }).output();
  assertEquals(code, 0);
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  assertEquals(lines.length, 3);
  for (const line of lines) {
    const found = JSON.parse(line);
    assertEquals(found.imported, [["first", 12]]);
    assertEquals(found.exported, ["f"]);
    assertEquals(found.refusals, 2);
    assertStringIncludes(found.refusal, "900000 types, limit is ");
  }
});

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const I32 = 0x7f;

/** One type, () -> (), and sections after it. */
function module(...sections: [id: number, body: Writer][]): Uint8Array {
  const writer = new Writer().bytes(HEADER)
    .section(SectionId.type, new Writer().bytes([1, 0x60, 0, 0]));
  for (const [id, body] of sections) writer.section(id, body);
  return writer.finish();
}

Deno.test("Inspection tells what it could read of a module that is refused", async () => {
  const imports = new Writer().u32(3)
    .name("env").name("shared").bytes([2, 3, 1, 2])
    .name("env").name("global").bytes([3, I32, 0])
    .name("env").name("f").bytes([0, 0]);
  const found = await inspectModule(module([SectionId.import, imports]));
  assertStringIncludes(found.refusals[0]!, "threads (shared memory)");
  assertEquals(found.imports[0]?.items.map(({ name, kind }) => [name, kind]), [
    ["shared", "memory"],
    ["global", "global"],
    ["f", "function"],
  ]);
  assertEquals(found.memories.map(({ maximumPages }) => maximumPages), [2]);
});

Deno.test("Inspection bounds what it tells of many exports with long types", async () => {
  const params = 1000;
  const exports = 50_000;
  const type = new Writer().u32(1).byte(0x60).u32(params);
  for (let i = 0; i < params; i++) type.byte(I32);
  type.byte(0);
  const exported = new Writer().u32(exports);
  for (let i = 0; i < exports; i++) exported.name(`${i}`).bytes([0, 0]);
  const memory = new Writer().bytes([1, 3, 1, 1]);
  const bytes = new Writer().bytes(HEADER)
    .section(SectionId.type, type)
    .section(SectionId.function, new Writer().bytes([1, 0]))
    .section(SectionId.memory, memory)
    .section(SectionId.export, exported)
    .finish();
  const found = await inspectModule(bytes);
  assertStringIncludes(found.refusals[0]!, "threads (shared memory)");
  assertEquals(found.exports.length, exports);
  const told = found.exports.filter((one) => one.params !== undefined).length;
  assert(told > 0 && told * params <= 1_010_000, `${told}`);
});
