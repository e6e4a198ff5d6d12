import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { CompilationFailed } from "../../../src/errors.ts";
import { rewriteModule } from "../../../src/prepare/prepare.ts";
import { SectionId } from "../../../src/wasm/section.ts";
import { MIB, runGuest } from "../guest_run.ts";
import { ModuleBuilder, type ValueName } from "../module_builder.ts";

const options = { maxMemoryBytes: 64 * MIB, fuel: true };

/** The refusal by the rewriter alone: V8 is not asked. */
function refusal(bytes: Uint8Array): CompilationFailed {
  return assertThrows(() => rewriteModule(bytes, options), CompilationFailed);
}

/** A module that has one of everything, and a function with this code. */
function withCode(code: string, locals: ValueName[] = []): Uint8Array {
  const module = new ModuleBuilder();
  const type = module.type([]);
  module.func(type, code, locals).func(type, "")
    .memory(1).table("funcref", 4).global("i32", "i32.const 0").tag(type)
    .elements([1]).data([1, 2, 3]);
  return module.build();
}

/** How many checks of the stop word a prepared module has. */
function checksIn(bytes: Uint8Array): number {
  return bytes.toHex().split("fe10").length - 1;
}

const OWN_INDICES: Record<string, string> = {
  "a function": "call 1",
  "a function to return": "return_call 1",
  "a type": "i32.const 0 call_indirect 0 0",
  "a table": "i32.const 0 table.get 0 drop",
  "a global": "global.get 0 drop",
  "a memory": "memory.size 0 drop",
  "a tag": "throw 0",
  "a data segment": "data.drop 0",
  "an element segment": "elem.drop 0",
};

const OTHER_INDICES: Record<string, string> = {
  "function 2": "call 2",
  "function 3": "return_call 3",
  "function 4": "ref.func 4 drop",
  "type 1": "i32.const 0 call_indirect 1 0",
  "type 2": "block 2 end",
  "type 3": "ref.null funcref call_ref 3",
  "table 1": "i32.const 0 table.get 1 drop",
  "table 2": "i32.const 0 call_indirect 0 2",
  "table 5": "i32.const 0 i32.const 0 i32.const 0 table.copy 0 5",
  "global 1": "global.get 1 drop",
  "global 7": "i64.const 5 global.set 7",
  "memory 1": "memory.size 1 drop",
  "memory 2": "i32.const 0 i32.const 0 i32.const 0 memory.copy 2 0",
  "memory 3": "i32.const 0 i32.load 3 0 4 drop",
  "memory 4": "i32.const 0 v128.load 4 0 16 drop",
  "memory 6": "i32.const 0 i32.const 0 i32.store 6 0 4",
  "local 0": "local.get 0 drop",
  "local 1": "i64.const 0 local.set 1",
  "tag 1": "throw 1",
  "tag 2": "try void catch 2 end",
  "data segment 1": "data.drop 1",
  "element segment 1": "elem.drop 1",
  "label 1": "br 1",
  "label 2": "i32.const 0 br_if 2",
};

Deno.test("FunctionRewriter accepts every index that is the guest's own", () => {
  for (const code of Object.values(OWN_INDICES)) {
    rewriteModule(withCode(code), options);
  }
});

Deno.test("FunctionRewriter refuses every index that is not", () => {
  for (const [what, code] of Object.entries(OTHER_INDICES)) {
    const error = refusal(withCode(code));
    assertStringIncludes(error.message, `names ${what}`, code);
    assert(error.offset !== undefined, code);
  }
});

Deno.test("parseModule refuses injected indices outside of the code", () => {
  const build = (change: (module: ModuleBuilder) => void) => {
    const module = new ModuleBuilder();
    module.func(module.type([]), "").memory(1).global("i32", "i32.const 0");
    change(module);
    return module.build();
  };
  const changes: ((module: ModuleBuilder) => void)[] = [
    (module) => module.export("e", "function", 1),
    (module) => module.export("e", "memory", 1),
    (module) => module.export("e", "global", 1),
    (module) => module.export("e", "table", 0),
    (module) => module.export("e", "tag", 0),
    (module) => module.start(1),
    (module) => module.elements([1]),
    (module) => module.global("i32", "global.get 1"),
    (module) => module.global("funcref", "ref.func 1"),
    // An active data segment in memory 1.
    (module) => module.raw(SectionId.data, [2, 1, 0x41, 0, 0x0b, 0]),
  ];
  for (const change of changes) {
    assertStringIncludes(refusal(build(change)).message, "does not exist");
  }
});

const REFUSED: Record<string, number[]> = {
  "threads (atomic operator)": [0x41, 0, 0xfe, 0x10, 2, 0, 0x1a],
  "garbage collection (prefix 0xfb)": [0xfb, 0x01, 0x00],
  "garbage collection (ref.eq)": [0xd3],
  "garbage collection (anyref)": [0xd0, 0x6e],
  "stack switching (resume)": [0xe3, 0, 0],
  "string references": [0xd0, 0x67],
  "unknown opcode 0x27": [0x27],
  "unknown opcode 0xfc 18": [0xfc, 18],
  "unknown opcode 0xfd 154": [0xfd, 0x9a, 0x01],
};

Deno.test("FunctionRewriter names the refused feature and its offset", () => {
  for (const [feature, code] of Object.entries(REFUSED)) {
    const module = new ModuleBuilder();
    const type = module.type([]);
    module.memory(1).rawFunc(type, [0, ...code, 0x0b]);
    const error = refusal(module.build());
    assertStringIncludes(error.message, feature);
    assert(error.offset! > 20, feature);
  }
});

Deno.test("FunctionRewriter bounds locals, nesting and length", () => {
  const of = (entry: number[]) => {
    const module = new ModuleBuilder();
    module.rawFunc(module.type([]), entry);
    return refusal(module.build()).message;
  };
  assertStringIncludes(
    of([1, 0xd0, 0x86, 0x03, 0x7f, 0x0b]),
    "has 50000 locals, limit is 49999",
  );
  const blocks = Array(20_002).fill([0x02, 0x40]).flat();
  const ends = Array(20_003).fill(0x0b);
  assertStringIncludes(of([0, ...blocks, ...ends]), "nested blocks, limit is");
  const nops = Array(2_097_160).fill(0x01);
  assertStringIncludes(of([0, ...nops, 0x0b]), "bytes, limit is 2097152");
});

Deno.test("FunctionRewriter leaves small leaves as they are", () => {
  const module = new ModuleBuilder();
  const type = module.type(["i32"], ["i32"]);
  const code = "local.get 0 i32.const 1 i32.add";
  module.func(type, code).export("f", "function", 0);
  const bytes = module.build();
  const prepared = rewriteModule(bytes, { ...options, fuel: false });
  const [noLocals, body] = ["00", "2000" + "4101" + "6a" + "0b"];
  assertStringIncludes(prepared.bytes.toHex(), `${noLocals}${body}`);
  assert(!prepared.bytes.toHex().includes("fe10"));
  assertEquals(runGuest(bytes).exports.f!(41), 42);
});

Deno.test("FunctionRewriter checks leaves that have many variables", () => {
  const module = new ModuleBuilder();
  module.func(module.type([]), "", Array(257).fill("i64"));
  const { bytes } = rewriteModule(module.build(), { ...options, fuel: false });
  assert(bytes.toHex().includes("fe10"));
});

Deno.test("FunctionRewriter checks between many calls of leaves", () => {
  const module = new ModuleBuilder();
  const type = module.type([]);
  module.func(type, "").func(type, "call 0 ".repeat(1000))
    .export("f", "function", 1);
  const { bytes } = rewriteModule(module.build(), { ...options, fuel: false });
  // One at the entry, one every 31 calls, and one before the return.
  assertEquals(checksIn(bytes), 1 + 32 + 1);
});
