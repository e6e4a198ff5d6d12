import { assert, assertMatch, assertThrows } from "@std/assert";
import { CompilationFailed } from "../../../src/errors.ts";
import { rewriteModule } from "../../../src/prepare/prepare.ts";
import { ModuleBuilder } from "../module_builder.ts";
import { buildShape } from "../../proof/worst/build_shape.ts";
import { PLAIN, type Shape } from "../../proof/worst/shape.ts";

const options = { maxMemoryBytes: 64 * 1024 * 1024, fuel: false };

function prepare(shape: Partial<Shape>, fuel = false): void {
  const bytes = buildShape({ ...PLAIN, ...shape });
  rewriteModule(bytes, { ...options, fuel });
}

/** What V8 can't be asked to compile, and what its refusal must name. */
const REFUSED: Record<string, [Partial<Shape>, RegExp]> = {
  "branches with many variables": [
    { units: ["ifSet"], repeats: 2000, locals: 40_000 },
    /take V8 \d+ ms to compile.*limit is 150 ms; it has \d+ variables and/,
  ],
  "branches with many operands": [
    { units: ["ifSet"], repeats: 2000, operands: 40_000 },
    /variables and operands at branches/,
  ],
  "blocks of a thousand values": [
    { units: ["blockWide"], repeats: 20_000, arity: 1000 },
    /variables and operands at branches/,
  ],
  "blocks of a thousand values that can't be reached": [
    { units: ["blockWide"], repeats: 20_000, arity: 1000, dead: true },
    /variables and operands at branches/,
  ],
  "branches with a thousand values": [
    {
      units: ["brIf"],
      repeats: 60_000,
      arity: 1000,
      nesting: 1,
      nestWide: true,
    },
    /variables and operands at branches/,
  ],
  "calls with a thousand values": [
    { units: ["callWide"], repeats: 1000, arity: 1000 },
    /it has \d+ parameters and results of calls/,
  ],
  "calls with handlers around them": [
    {
      units: ["call"],
      repeats: 10_000,
      locals: 1000,
      nesting: 1,
      nest: "try_table",
    },
    /variables and operands at branches|variables at indirect calls/,
  ],
  "many loops": [
    { units: ["loopEmpty"], repeats: 12_000 },
    /keep V8's optimizing compiler busy .* loops/,
  ],
  "loops in loops": [
    { units: ["store"], repeats: 60_000, nest: "loop", nesting: 5000 },
    /bytes of nested loops/,
  ],
  "many indirect calls": [
    { units: ["callIndirect"], repeats: 12_000 },
    /indirect calls/,
  ],
  "reads of a table": [
    { units: ["tableGet"], repeats: 6000 },
    /busy for \d+ ms, limit is 1400 ms; it has 6000 accesses to tables/,
  ],
  "references to functions beside many variables": [
    { units: ["refFunc"], repeats: 20_000, locals: 20_000 },
    /variables and operands/,
  ],
  "bulk operators beside many variables": [
    { units: ["memoryFill"], repeats: 20_000, locals: 20_000 },
    /variables and operands/,
  ],
  "large branch tables": [
    { units: ["brTable"], repeats: 1, targets: 60_000 },
    /entries of branch tables, squared/,
  ],
  "straight code": [
    { units: ["store"], repeats: 200_000 },
    /bytes of code/,
  ],
  "divisions": [
    { units: ["divide"], repeats: 60_000 },
    /divisions and throws, squared/,
  ],
  "operators beside many variables": [
    { units: ["globalGet"], repeats: 30_000, locals: 40_000 },
    /bytes of code times variables and operands/,
  ],
  "operators above many operands": [
    { units: ["globalGet"], repeats: 30_000, operands: 100_000 },
    /bytes of code times variables and operands/,
  ],
  "functions whose variables sum up": [
    { functions: 1000, locals: 49_999 },
    /functions up to \d+ have \d+ variables, limit is 10000000/,
  ],
  "functions that each take V8 long": [
    { functions: 20, units: ["tableGet"], repeats: 2500 },
    /functions together may keep V8's optimizing compiler busy/,
  ],
  "growth of memory with handlers around it": [
    {
      units: ["memoryGrow"],
      repeats: 10_000,
      locals: 684,
      nesting: 1,
      nest: "try",
    },
    /variables at indirect calls and handlers/,
  ],
  "functions that each take V8's baseline compiler long": [
    { functions: 60, units: ["blockWide"], repeats: 3000, arity: 1000 },
    /functions together may take V8 \d+ ms to compile/,
  ],
  "calls that lead to one handler": [
    { units: ["call"], repeats: 20_000, nesting: 1, nest: "try" },
    /busy for \d+ ms, .* it has \d+ calls and throws inside of handlers, squ/,
  ],
  "throws that lead to one handler": [
    { units: ["throwing"], repeats: 4000, nesting: 1, nest: "try_table" },
    /memory to optimize, .* calls and throws inside of handlers, times throws/,
  ],
  "indirect calls that lead to one handler": [
    { units: ["callIndirect"], repeats: 3000, nesting: 1, nest: "try" },
    /memory to optimize, .* times throws and indirect calls/,
  ],
  "reads of a table beside calls that lead to one handler": [
    { units: ["call", "tableGet"], repeats: 2200, nesting: 1, nest: "try" },
    /memory to optimize, .* times throws and indirect calls/,
  ],
  "many functions that take V8 much memory at once": [
    { functions: 16, units: ["chainLoad64"], repeats: 5200 },
    /its 16 largest functions together may take \d+ MiB of memory to optimize/,
  ],
  "functions that each become much machine code": [
    { functions: 100, units: ["callWide"], repeats: 60, arity: 1000 },
    /together may (keep|become|take)/,
  ],
};

for (const [what, [shape, message]] of Object.entries(REFUSED)) {
  Deno.test(`CompileBudget refuses ${what}`, () => {
    for (const fuel of [false, true]) {
      const error = assertThrows(() => prepare(shape, fuel), CompilationFailed);
      assertMatch(error.message, message);
      assertMatch(error.message, /^Cannot prepare module: /);
      assert(!/,,|NaN|undefined/.test(error.message), error.message);
    }
  });
}

Deno.test("CompileBudget bounds what V8 optimizes at once on two cores", () => {
  const large = { units: ["load64"], repeats: 43_000 };
  prepare(large);
  const error = assertThrows(
    () => prepare({ ...large, functions: 2 }),
    CompilationFailed,
  );
  assertMatch(
    error.message,
    /its 2 largest functions together may take \d+ MiB of memory to optimize/,
  );
});

const ACCEPTED: Record<string, Partial<Shape>> = {
  "deep nesting": { nesting: 19_000, units: ["brIfOut"], repeats: 1000 },
  "half a million small functions": { functions: 500_000, exported: false },
  "a large function": { units: ["add", "store"], repeats: 25_000, locals: 200 },
  "a large interpreter": {
    units: ["callIndirect", "ifElse"],
    repeats: 2000,
    locals: 100,
  },
};

for (const [what, shape] of Object.entries(ACCEPTED)) {
  Deno.test(`CompileBudget accepts ${what}`, () => prepare(shape));
}

Deno.test("CompileBudget lets no dead code make up for what costs", () => {
  const branches = Array(1000).fill([0x41, 0, 0x04, 0x40, 0x0b]).flat();
  // block void unreachable drop … if void end … end
  const dead = [
    ...[0x02, 0x40, 0x00],
    ...Array(500_000).fill(0x1a),
    ...branches,
    0x0b,
  ];
  const module = new ModuleBuilder();
  const manyVariables = [1, 0xc0, 0xb8, 0x02, 0x7f];
  module.rawFunc(module.type([]), [...manyVariables, ...dead, ...branches, 11]);
  const error = assertThrows(
    () => rewriteModule(module.build(), options),
    CompilationFailed,
    "limit is 150 ms",
  );
  assert(Number(/take V8 (\d+) ms/.exec(error.message)?.[1]) > 2000);
});

/** What an index space of few bytes can hold too much of. */
const OTHERS: Record<string, [Partial<Shape>, string]> = {
  "one constant expression": [
    { constGlobals: 1, constOperators: 1003 },
    "a constant expression has more than 1000 operators",
  ],
  "all constant expressions": [
    { constGlobals: 2000, constOperators: 999 },
    "operators in constant expressions, limit is 1500000",
  ],
  "exports": [
    { functions: 1000, params: 501 },
    "in the signatures of its imports and exports, limit is 500000",
  ],
  "types": [
    { types: 300, arity: 1000 },
    "parameters and results, limit is 200000",
  ],
};

for (const [what, [shape, message]] of Object.entries(OTHERS)) {
  Deno.test(`parseModule bounds what stands in ${what}`, () => {
    assertThrows(() => prepare(shape), CompilationFailed, message);
  });
}
