import { assertEquals, assertThrows } from "@std/assert";
import { StopReason } from "../../../src/stop_page.ts";
import { runGuest } from "../guest_run.ts";
import { ModuleBuilder, type ValueName } from "../module_builder.ts";

const PIECE = 1 << 20;

/** A module with the bulk memory operators as exports, of 100 pages. */
function memoryModule(index64 = false): Uint8Array<ArrayBuffer> {
  const at: ValueName = index64 ? "i64" : "i32";
  const module = new ModuleBuilder();
  const three = module.type([at, at, at]);
  const fill = module.type([at, "i32", at]);
  const init = module.type([at, "i32", "i32"]);
  const operands = "local.get 0 local.get 1 local.get 2";
  module.memory(100, 200, index64)
    .data(Uint8Array.from({ length: 3 * PIECE }, (_, i) => i * 7))
    .func(three, `${operands} memory.copy 0 0`)
    .func(fill, `${operands} memory.fill 0`)
    .func(init, `${operands} memory.init 0 0`)
    .export("copy", "function", 0).export("fill", "function", 1)
    .export("init", "function", 2).export("memory", "memory", 0);
  return module.build();
}

/** The same module prepared and as it is, with the same contents. */
function twins(): { run: (name: string, ...args: number[]) => void } {
  const bytes = memoryModule();
  const bare = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  const guest = runGuest(bytes);
  const memories = [bare.memory as WebAssembly.Memory, guest.memories[0]!]
    .map((memory) => new Uint8Array(memory.buffer));
  for (const memory of memories) {
    for (let i = 0; i < memory.length; i++) memory[i] = i * 31 + (i >> 8);
  }
  const attempt = (call: () => void): string => {
    try {
      call();
      return "done";
    } catch (error) {
      return (error as Error).message;
    }
  };
  return {
    run(name, ...args) {
      const call = bare[name] as (...args: number[]) => void;
      const expected = attempt(() => call(...args));
      const actual = attempt(() => guest.exports[name]!(...args));
      const where = `${name}(${args})`;
      assertEquals(actual, expected, where);
      const [a, b] = memories.map((one) => new Int32Array(one.buffer));
      for (let i = 0; i < a!.length; i++) {
        if (a![i] !== b![i]) throw new Error(`${where} differs at ${i * 4}`);
      }
    },
  };
}

const LENGTHS = [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 77];

Deno.test("memoryCopy moves what memory.copy does, in both directions", () => {
  const { run } = twins();
  for (const length of LENGTHS) {
    run("copy", 10, 3 * PIECE, length);
    run("copy", 5, 5 + PIECE / 2, length);
    run("copy", 5 + PIECE / 2, 5, length);
    run("copy", 6, 5, length);
    run("copy", 5, 6, length);
    run("copy", 9, 9, length);
  }
});

Deno.test("memoryFill fills what memory.fill does", () => {
  const { run } = twins();
  for (const length of LENGTHS) run("fill", 3, length + 5, length);
});

Deno.test("memoryInit copies what memory.init does", () => {
  const { run } = twins();
  for (const length of LENGTHS) run("init", 11, 3, length);
});

Deno.test("bulk operators out of bounds trap alike, with nothing written", () => {
  const { run } = twins();
  const all = 100 * 65536;
  for (const length of [1, PIECE, 2 * PIECE, all, -1, 0x7fffffff]) {
    run("copy", all - length + 1, 0, length);
    run("copy", 0, all - length + 1, length);
    run("copy", -1, 0, length);
    run("copy", 0, -1, length);
    run("fill", all - length + 1, 9, length);
    run("fill", -1, 9, length);
    run("init", all - length + 1, 0, length);
    run("init", 0, 3 * PIECE - length + 1, length);
    run("init", 0, -1, length);
    run("init", 0, -length, length);
  }
});

Deno.test("bulk operators stop at a check before each piece", () => {
  const guest = runGuest(memoryModule());
  guest.stop.stop(StopReason.Deadline);
  for (const name of ["copy", "fill", "init"]) {
    assertThrows(
      () => guest.exports[name]!(0, 1, 2 * PIECE),
      WebAssembly.RuntimeError,
      "unreachable",
    );
  }
  assertEquals(new Uint8Array(guest.memories[0]!.buffer)[1], 0);
});

Deno.test("bulk operators take 64-bit addresses", () => {
  const { exports, memories } = runGuest(memoryModule(true));
  const view = new Uint8Array(memories[0]!.buffer);
  exports.fill!(100n, 7, BigInt(2 * PIECE));
  assertEquals([view[99], view[100], view[99 + 2 * PIECE]], [0, 7, 7]);
  exports.init!(0n, 1, 3 * PIECE - 1);
  exports.copy!(BigInt(3 * PIECE), 0n, BigInt(2 * PIECE));
  assertEquals(view[3 * PIECE + 12345], (12346 * 7) & 0xff);
  for (const length of [2n ** 63n, 2n ** 64n - 1n, 2n ** 32n]) {
    assertThrows(
      () => exports.fill!(1n, 1, BigInt.asIntN(64, length)),
      WebAssembly.RuntimeError,
      "out of bounds",
    );
  }
});

Deno.test("table operators do what V8's own do, in pieces", () => {
  const entries = 20_000;
  const module = new ModuleBuilder();
  const three = module.type(["i32", "i32", "i32"]);
  const fill = module.type(["i32", "funcref", "i32"]);
  const operands = "local.get 0 local.get 1 local.get 2";
  module.table("funcref", 3 * entries)
    .elements(Array.from({ length: entries }, (_, i) => i % 4))
    .func(three, `${operands} table.copy 0 0`)
    .func(fill, `${operands} table.fill 0`)
    .func(three, `${operands} table.init 0 0`)
    .func(three, "")
    .export("copy", "function", 0).export("fill", "function", 1)
    .export("init", "function", 2).export("table", "table", 0);
  const bytes = module.build();
  const bare = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  const guest = runGuest(bytes).exports;
  const names = (exports: Record<string, unknown>) => {
    const table = exports.table as WebAssembly.Table;
    return Array.from(
      { length: 3 * entries },
      (_, i) => (table.get(i) as { name?: string } | null)?.name,
    ).join();
  };
  const both = (name: string, ...args: unknown[]) => {
    const messages = [bare, guest].map((exports) => {
      try {
        (exports[name] as (...args: unknown[]) => void)(...args);
        return "done";
      } catch (error) {
        return (error as Error).message;
      }
    });
    assertEquals(messages[1], messages[0], `${name}(${args})`);
    assertEquals(names(guest), names(bare), `${name}(${args})`);
  };
  both("init", 5, 3, entries - 3);
  both("copy", 100, 5, 2 * entries);
  both("copy", 5, 100, 2 * entries);
  both("fill", entries, null, entries);
  both("init", 0, 1, entries);
  both("init", 3 * entries - 5, 0, entries);
  both("copy", entries + 1, 0, 2 * entries);
  both("copy", 0, entries + 1, 2 * entries);
  both("fill", entries + 1, null, 2 * entries);
});
