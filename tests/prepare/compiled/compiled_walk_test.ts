import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { numbersText } from "../../../fixtures/body_walk/write_numbers.ts";
import { sourceHash } from "../../../fixtures/body_walk/build.ts";
import { assemble } from "../../../src/wasm/assembler.ts";
import { SectionId } from "../../../src/wasm/section.ts";
import { Writer } from "../../../src/wasm/writer.ts";
import { WALK_SOURCES } from "../../../src/prepare/compiled/built_walk.ts";
import { CompiledWalk } from "../../../src/prepare/compiled/compiled_walk.ts";
import { parseModule } from "../../../src/prepare/read/parsed_module.ts";
import { guardText } from "../../../src/prepare/rewrite/guard.ts";
import { InjectedFunctions } from "../../../src/prepare/rewrite/injected.ts";
import { randomLoops } from "../../proof/spacing/random_loops.ts";
import { ModuleBuilder } from "../module_builder.ts";
import { assertSame, rewrite } from "./both_walks.ts";

const FIXTURES = new URL("../../../fixtures/", import.meta.url);
/** Of Rust's `regex`, 2.5 MB: several windows. */
const LARGE = new URL("tools/regex_extract.wasm", FIXTURES);
const FOLDERS = ["tools/", "hostile/", "wasi/", "host/", "http/", "kernels/"];
const SMALL_BYTES = 30_000;
const CHANGED = 800;
const LOOPS = 200;
/** Operators that change how the bytes behind them are read. */
const OPCODES = assemble("block void end loop void end");

function fixtures(): { name: string; bytes: Uint8Array }[] {
  return FOLDERS.flatMap((folder) =>
    [...Deno.readDirSync(new URL(folder, FIXTURES))]
      .map(({ name }) => folder + name)
      .filter((name) => name.endsWith(".wasm"))
      .map((name) => ({
        name,
        bytes: Deno.readFileSync(new URL(name, FIXTURES)),
      }))
  );
}

function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Where the code of a module that can be read lies. */
function codeOf(bytes: Uint8Array): { from: number; to: number } | undefined {
  try {
    const section = parseModule(bytes).section(SectionId.code);
    return section && { from: section.contents, to: section.end };
  } catch {
    return undefined;
  }
}

describe("CompiledWalk", () => {
  it("is built of the sources that stand there", async () => {
    const file = new URL("body_walk/numbers.ts", FIXTURES);
    assertEquals(await Deno.readTextFile(file), numbersText());
    assertEquals(WALK_SOURCES, await sourceHash());
  });

  it("leaves few bodies of a real program to others", () => {
    const guest = parseModule(Deno.readFileSync(LARGE));
    const { contents, end } = guest.section(SectionId.code)!;
    const all = guest.functions.length - guest.importedFunctions;
    const walk = new CompiledWalk(
      guest,
      assemble(guardText(1)),
      new InjectedFunctions(guest.functions.length),
    );
    // Behind the number of bodies, which takes two bytes.
    const out = new Writer();
    const first = guest.importedFunctions;
    const { bodies, isLeft } = walk.walk(contents + 2, end, first, all, out);
    assert(bodies > 100, `${bodies} of ${all}`);
    assert(isLeft || out.length > 500_000, `${out.length} bytes`);
  });

  it("writes the same for every fixture, and finds out the same", () => {
    for (const { name, bytes } of fixtures()) assertSame(bytes, name);
  });

  it("writes or refuses the same where bytes were changed", () => {
    const below = numbers(20_261_126);
    const some = fixtures().filter(({ bytes }) => bytes.length < SMALL_BYTES);
    let accepted = 0;
    for (let i = 0; i < CHANGED; i++) {
      const { name, bytes } = some[below(some.length)]!;
      const code = codeOf(bytes);
      if (!code) continue;
      const { from, to } = code;
      const changed = bytes.slice();
      for (let left = 1 + below(3); left > 0; left--) {
        const at = from + below(to - from);
        const opcode = OPCODES[below(OPCODES.length)]!;
        changed[at] = below(2) === 0 ? opcode : below(256);
      }
      assertSame(changed, `${name} changed, ${i}`);
      if (rewrite(changed, true).bodies.length > 0) accepted++;
    }
    assertNotEquals(accepted, 0);
  });

  it("finds the same forms of random loops", () => {
    for (let seed = 1; seed <= LOOPS; seed++) {
      assertSame(randomLoops(seed).build(), `loops ${seed}`);
    }
  });

  it("writes the same where a body ends behind a window, or has none", () => {
    for (const bytes of [400_000, 1_048_560, 1_500_000]) {
      const module = new ModuleBuilder();
      const type = module.type([]);
      const nops = new Uint8Array(bytes).fill(1);
      const entry = [0, ...OPCODES.subarray(3, 5), ...nops, 0x0b, 0x0b];
      for (let i = 0; i < 3; i++) module.rawFunc(type, entry);
      assertSame(module.build(), `${bytes} bytes a body`);
    }
  });

  it("knows of bodies that it left, and others of those it walked over", () => {
    const module = new ModuleBuilder();
    const type = module.type([]);
    const long = "i32.const 1 drop ".repeat(100);
    const left = "ref.func 0 drop";
    module.memory(1, 2);
    for (const code of [long, `${left} ${long}`]) module.func(type, code);
    // Each loop needs no check of its own if its callee has one.
    for (const callee of [0, 1]) {
      const loop = `loop void call ${callee} br 0 end`;
      module.func(type, loop).func(type, `${left} ${loop}`);
    }
    module.func(type, "i32.const 1 memory.grow 0 drop");
    module.func(type, "i32.const 0 i32.const 0 i32.const 9 memory.copy 0 0");
    module.func(type, "i32.const 1 memory.grow 0 drop");
    assertSame(module.build(), "some bodies left");
  });

  it("writes the same from 20,000 nested blocks down", () => {
    for (const depth of [1000, 19_999, 20_000, 20_001]) {
      const module = new ModuleBuilder();
      const code = "block void ".repeat(depth) + "end ".repeat(depth);
      module.func(module.type([]), code);
      assertSame(module.build(), `${depth} blocks`);
    }
  });
});
