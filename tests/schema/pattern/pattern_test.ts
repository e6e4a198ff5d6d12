import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { Pattern } from "../../../src/schema/pattern/pattern.ts";
import {
  StepBudget,
  UncheckableSchema,
} from "../../../src/schema/step_budget.ts";

function matches(source: string, text: string): boolean {
  const budget = new StepBudget(1e9);
  const walk = Pattern.of(source).matches(text, budget);
  for (;;) {
    const { done, value } = walk.next();
    if (done) return value;
  }
}

const SOURCES = [
  ...[
    "",
    "a",
    "^a$",
    "a|b",
    "^(?:a|b)+$",
    "(a)(b)?",
    "a*b",
    "^a{2,3}$",
    "a{2,}",
  ],
  ...[
    "^$",
    "\\d+",
    "^\\w+@\\w+\\.\\w{2,}$",
    "[a-c]",
    "[^a-c]",
    "[\\]a]",
    "\\bab\\b",
  ],
  ...[
    "a\\B",
    "^.{3}$",
    "\\u0061",
    "\\x61b",
    "\\u{1F600}",
    "\\p{L}+",
    "^\\P{L}$",
  ],
  ...["(a*)*", "(a|ab)(c|bcd)(d*)", "^(|a)+$", "a+?b", "x??", "(?<name>a)b"],
  ...[
    "\\.",
    "\\/",
    "[\\w-.]",
    "^[^@\\s]+$",
    "\\n",
    "\\cJ",
    "[\\d\\s]",
    "(){3}a",
  ],
  ...[
    "^\\^\\$$",
    "a{,3}",
    "}",
    "\\-",
    "^(?:(?:a{2}){2}){2}$",
    "é",
    "^\\s*$",
    "$^",
  ],
];

const TEXTS = [
  ...["", "a", "b", "ab", "aab", "aaa", "aaaa", "abcd", "xaby", "ba", "c]"],
  ...[
    "12",
    "me@x.org",
    "😀",
    "é",
    "ß1",
    "a\nb",
    "\n",
    " ",
    "-.",
    "^$",
    "a{,3}",
  ],
  ...["aaaaaaaa", "a.b/c", "\u2028", "}", "_", "\u00a0"],
];

function expression(source: string): RegExp {
  try {
    return new RegExp(source, "u");
  } catch {
    return new RegExp(source);
  }
}

Deno.test("Pattern matches what the engine's own expressions match", () => {
  for (const source of SOURCES) {
    for (const text of TEXTS) {
      const expected = expression(source).test(text);
      assertEquals(matches(source, text), expected, `/${source}/ in ${text}`);
    }
  }
});

/** The same numbers in each run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

Deno.test("Random patterns match what the engine's own do", () => {
  const next = random(7);
  const atoms = ["a", "b", ".", "[ab]", "[^a]", "\\w", "^", "$", "\\b"];
  const build = (depth: number): string => {
    switch (next(depth > 3 ? 1 : 5)) {
      case 1:
        return build(depth + 1) + build(depth + 1);
      case 2:
        return `(${build(depth + 1)}|${build(depth + 1)})`;
      case 3:
        return `(?:${build(depth + 1)})${["*", "+", "?", "{0,2}"][next(4)]}`;
      default:
        return atoms[next(atoms.length)]!;
    }
  };
  for (let round = 0; round < 500; round++) {
    const source = build(0);
    for (let at = 0; at < 10; at++) {
      const text = Array.from({ length: next(7) }, () => "ab "[next(3)]).join(
        "",
      );
      const expected = new RegExp(source, "u").test(text);
      assertEquals(matches(source, text), expected, `/${source}/ in "${text}"`);
    }
  }
});

Deno.test("Pattern takes steps in proportion to the text", () => {
  const stepsFor = (length: number) => {
    // The least budget that is enough says how many steps were taken.
    const text = "a".repeat(length) + "!";
    let steps = 0;
    const budget = new StepBudget(1e9);
    budget.take = (count) => void (steps += count);
    Pattern.of("^(a+)+$").matches(text, budget).next();
    return steps;
  };
  const [small, large] = [stepsFor(100), stepsFor(1_000)];
  assert(small > 100, `${small}`);
  assertLess(large, small * 11);
});

Deno.test("Pattern refuses what it can't match in linear time", () => {
  for (
    const source of ["(?=a)", "(?<=a)", "(?!a)", "(a)\\1", "(", "[", "a**"]
  ) {
    assertThrows(() => matches(source, "a"), UncheckableSchema, "pattern");
  }
});
