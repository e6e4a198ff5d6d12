import { assert, assertEquals } from "@std/assert";
import {
  LEAF_UNITS,
  TIME_SPACING,
} from "../../../src/prepare/rewrite/check_spacing.ts";
import type { ValueName } from "../../prepare/module_builder.ts";
import { randomLoops } from "./random_loops.ts";
import { longestStretch, probedModule } from "./stretch.ts";

/** The end of a callee and what its caller does after, and a leaf. */
const MOST = 2 * TIME_SPACING.between + LEAF_UNITS;
const ROUNDS = 100_000;
const LOCALS: ValueName[] = ["i32", "i32", "i64"];

/** The longest stretch of a function with this code, which must be finite. */
function stretch(code: string): { operators: number; checks: number } {
  const module = probedModule();
  const type = module.type([]);
  module.memory(1).global("i32", `i32.const ${ROUNDS}`)
    .func(type, "i32.const 1 drop ".repeat(50))
    .func(type, code, LOCALS)
    .export("f", "function", 2);
  return longestStretch(module);
}

/** Ends the function after so many rounds, at the label of its body. */
const round = (label: number) =>
  `global.get 0 i32.const 1 i32.sub global.set 0
   global.get 0 i32.eqz br_if ${label}`;
const step = (local: number, by: number) =>
  `local.get ${local} i32.const ${by} i32.add local.set ${local}`;
/** Counters that start where no bits of theirs are zero. */
const START = `i32.const -1 local.set 0 i32.const -1 local.set 1
  i64.const -1 local.set 2`;
const ever = (body: string) =>
  `${START} loop void ${round(1)} ${body} br 0 end`;

/** A loop that seems to go from one number to another. */
const ends = (from: number, by: number, until: number, body = "", end = "") =>
  `i32.const ${from} local.set 0 loop void ${round(1)} ${body}
   local.get 0 i32.const ${by} i32.add local.tee 0 i32.const ${until} i32.ne
   br_if 0 ${end} end`;

const LOOPS: Record<string, string> = {
  "one that counts up": ever(step(0, 1)),
  "one that counts down": ever(step(0, -1)),
  "one that counts in large steps": ever(step(0, 1 << 19)),
  "one that wraps around": ever(`${step(0, 1_048_575)}`),
  "one whose step is zero": ever(step(0, 0)),
  "one whose step becomes zero when it is narrowed": ever(
    "local.get 2 i64.const 4294967296 i64.add local.set 2",
  ),
  "one whose wide counter goes by one": ever(
    "local.get 2 i64.const 1 i64.add local.set 2",
  ),
  "one that takes its step back": ever(`${step(0, 1)} ${step(0, -1)}`),
  "one that sets its counter again": ever(
    `${step(0, 1)} i32.const 1 local.set 0`,
  ),
  "one that sets its counter again in a block": ever(
    `${step(0, 1)} block void block void i32.const 1 local.set 0 end end`,
  ),
  "one whose step stands in a block that is left": ever(
    `block void br 0 ${step(0, 1)} end`,
  ),
  "one whose step stands in an arm that is not taken": ever(
    `i32.const 0 if void ${step(0, 1)} end`,
  ),
  "one that goes on before its step": ever(`i32.const 1 br_if 0 ${step(0, 1)}`),
  "one that goes on before its step, from a block": ever(
    `block void i32.const 1 br_if 1 end ${step(0, 1)}`,
  ),
  "one whose call stands in an arm that is not taken": ever(
    "i32.const 0 if void call 2 end",
  ),
  "one that goes on before its call": ever("i32.const 1 br_if 0 call 2"),
  "one of calls of a leaf": ever("call 1"),
  "one that steps a variable by another": ever(
    `i32.const 1 local.set 1 local.get 1 i32.const 0 i32.add local.set 0`,
  ),
  "one that adds to what is not its own": ever(
    `local.get 1 i32.const 1 i32.add local.set 0`,
  ),
  "one whose step goes through a block": ever(
    `local.get 0 i32.const 1 block void end i32.add local.set 0`,
  ),
  "one that passes its bound": ends(0, 3, 100),
  "one that begins at its bound": ends(100, 1, 100),
  "one that goes the long way to its bound": ends(101, 1, 100),
  "one that goes the other way, and on": ends(100, -1, 101),
  "one of too many rounds": ends(-100_000, 1, 0),
  "one of too many rounds, which wraps": ends(0, 1, -1),
  "one that ends by no steps": ends(1, 0, 2),
  "one that jumps back after its end": ends(0, 1, 9, "", "br 0"),
  "one that jumps back before its end": ends(0, 1, 9, "i32.const 1 br_if 0"),
  "one that is set back": ends(0, 1, 9, "i32.const 0 local.set 0"),
  "one that is set back in a block": ends(
    0,
    1,
    9,
    "block void i32.const 0 local.set 0 end",
  ),
  "one whose bound is for another variable":
    `i32.const 0 local.set 0 i32.const 1 local.set 1 loop void ${round(1)}
     ${step(1, 0)} local.get 0 i32.const 1 i32.add local.set 0
     local.get 1 br_if 0 end`,
  "one that begins at a constant on one way only":
    `i32.const -1 local.set 0 block void i32.const 1 br_if 0
     i32.const 0 local.set 0 end loop void ${round(1)}
     local.get 0 i32.const 1 i32.sub local.tee 0 i32.const -9 i32.ne
     local.get 0 i32.const -5 i32.eq if void i32.const 0 local.set 0 end
     br_if 0 end`,
  "one that begins at a constant of an arm":
    `i32.const 7 local.set 0 i32.const 0 if void i32.const 0 local.set 0 end
     loop void ${round(1)} local.get 0 i32.const 2 i32.add local.tee 0
     i32.const 8 i32.ne br_if 0 end`,
  "one that begins at a constant which is set again":
    `i32.const 0 local.set 0 i32.const 7 i32.const 0 i32.add local.set 0
     loop void ${round(1)} local.get 0 i32.const 2 i32.add local.tee 0
     i32.const 8 i32.ne br_if 0 end`,
  "one that begins at what a block set before":
    `i32.const 0 local.set 0 block void i32.const 7 local.set 0 end
     loop void ${round(1)} local.get 0 i32.const 2 i32.add local.tee 0
     i32.const 8 i32.ne br_if 0 end`,
  "one with a number of many bytes": `loop void ${round(1)} ${
    step(0, 1)
  } i32.const -2147483648 drop br 0 end`,
};

for (const [name, code] of Object.entries(LOOPS)) {
  Deno.test(`A loop is checked in time: ${name}`, () => {
    const { operators, checks } = stretch(`block void ${code} end`);
    assert(operators <= MOST, `${operators} operators`);
    assert(checks > ROUNDS / 1000, `${checks} checks`);
  });
}

/** A loop of so many rounds, none of which its own check falls into. */
const SHORT = (rounds: number) =>
  `i32.const 1 local.set 0 loop void ${step(0, 1)}
   local.get 0 i32.const ${rounds + 1} i32.lt_u br_if 0 end `;

const NESTS: Record<string, string> = {
  "loops of nearly as many rounds as are between checks": SHORT(126).repeat(
    300,
  ),
  "short loops one after another": SHORT(3).repeat(2000),
  "short loops that never reach their own check":
    `i32.const 0 local.set 0 loop void ${round(1)} i32.const 1 local.set 0
     loop void ${step(0, 1)} local.get 0 i32.const 3 i32.lt_u br_if 0 end
     br 0 end`,
  "a nest three deep": ever(
    `loop void ${round(2)} ${SHORT(5)} ${step(1, 1)} local.get 1 i32.const 7
     i32.and br_if 0 end`,
  ),
  "short loops between calls of leaves": ever(`${SHORT(5)} call 1 ${SHORT(9)}`),
  "a loop that is left half-way": ever(
    `block void loop void ${step(0, 1)} local.get 0 i32.const 31 i32.and
     i32.eqz br_if 1 br 0 end end`,
  ),
};

for (const [name, code] of Object.entries(NESTS)) {
  Deno.test(`A nest is checked in time: ${name}`, () => {
    const { operators } = stretch(`block void ${code} end`);
    assert(operators <= TIME_SPACING.between + 16, `${operators} operators`);
  });
}

Deno.test("A loop that ends soon has no check of its own", () => {
  const loop = (from: number, by: number, until: string) =>
    `i32.const ${from} local.set 0 i32.const 5 local.set 1
     loop void local.get 0 i32.const ${by} i32.add local.tee 0 ${until}
     br_if 0 end`;
  const loops = [
    loop(0, 1, "i32.const 100 i32.ne"),
    loop(-512, 16, ""),
    loop(512, -16, ""),
    loop(100, -3, "i32.const 1 i32.ne"),
    loop(2_147_483_600, 16, "i32.const -2147483584 i32.ne"),
  ];
  for (const code of loops.slice(0, 4)) {
    assertEquals(stretch(code).checks, 1, code);
  }
  // Of a bound of five bytes, nothing is known.
  assert(stretch(loops[4]!).checks > 1);
});

const WORK = "i32.const 1 drop ";

Deno.test("Straight code, calls and paths around blocks are checked in time", () => {
  const codes = [
    WORK.repeat(100_000),
    "call 1 ".repeat(10_000),
    `block void local.get 0 br_if 0 ${WORK.repeat(16_000)} end
     ${WORK.repeat(10_000)}`.repeat(6),
    `i32.const 1 if void ${WORK.repeat(9000)} else ${WORK.repeat(17_000)} end `
      .repeat(6),
  ];
  for (const code of codes) {
    const { operators } = stretch(code);
    assert(operators <= MOST, `${operators} operators`);
  }
});

Deno.test("A stack of frames that return is checked in time", () => {
  const depth = 4000;
  const codes = [
    // Little in each frame: no check of its own, and little in all.
    WORK.repeat(20),
    // More: a check in each.
    WORK.repeat(500),
    `${"call 1 ".repeat(20)}`,
    SHORT(30),
    `block void local.get 0 br_if 0 ${WORK.repeat(40)} end`,
  ];
  for (const code of codes) {
    const { operators } = stretch(
      `global.get 0 i32.const 1 i32.sub global.set 0
       global.get 0 i32.const ${ROUNDS - depth} i32.gt_u if void call 2 end
       ${code}`,
    );
    const most = MOST + depth * (TIME_SPACING.ascent + 1);
    assert(operators <= most, `${operators} operators`);
  }
});

Deno.test("Random nests of loops are checked in time", () => {
  let longest = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const { operators } = longestStretch(randomLoops(seed));
    assert(operators <= MOST, `${operators} operators, seed ${seed}`);
    longest = Math.max(longest, operators);
  }
  // Some of them make use of what they may.
  assert(longest > 1000, `${longest}`);
});
