import { Validator } from "@cfworker/json-schema";
import { assert, assertEquals } from "@std/assert";
import { SchemaChecker } from "../../src/schema/schema_checker.ts";

async function issues(schema: unknown, value: unknown): Promise<string[]> {
  const length = JSON.stringify(value)?.length ?? 0;
  const found = await new SchemaChecker(schema).check(value, length);
  return found.map(({ message }) => message);
}

const SAYS: [schema: unknown, value: unknown, message: string][] = [
  [{ type: "string" }, 7, "The arguments: expected a string, got 7"],
  [
    { type: ["integer", "null"] },
    1.5,
    "expected a whole number or null, got 1.5",
  ],
  [
    { enum: ["a", 1, null] },
    "b",
    'expected one of "a", 1, null, got the string "b"',
  ],
  [{ const: true }, false, "expected true, got false"],
  [{ minimum: 3 }, 2, "expected at least 3, got 2"],
  [{ exclusiveMaximum: 3 }, 3, "expected less than 3, got 3"],
  [{ multipleOf: 0.1 }, 0.25, "expected a multiple of 0.1, got 0.25"],
  [{ minLength: 2 }, "😀", "expected a string of at least 2 characters"],
  [{ pattern: "^a+$" }, "b", 'expected a string that matches "^a+$"'],
  [
    { maxItems: 1 },
    [1, 2],
    "expected a list of at most 1 items, got a list of 2",
  ],
  [
    { uniqueItems: true },
    [{ a: 1, b: 2 }, { b: 2, a: 1 }],
    "without equal items",
  ],
  [{ contains: { type: "null" } }, [1], "at least 1 items of a certain form"],
  [
    { items: { type: "string" } },
    ["a", 2],
    'Argument "[1]": expected a string',
  ],
  [{ required: ["a"] }, {}, 'Argument "a" is missing'],
  [
    { required: ["a"], properties: { a: { type: "integer" } } },
    {},
    'Argument "a" is missing: expected a whole number',
  ],
  [
    { properties: { a: true, b: true }, additionalProperties: false },
    { c: 1 },
    'Argument "c" is unknown: expected only "a", "b"',
  ],
  [
    { properties: { "a b": { properties: { c: { type: "null" } } } } },
    { "a b": { c: 1 } },
    'Argument "["a b"].c": expected null, got 1',
  ],
  [
    { anyOf: [{ type: "string" }, { type: "null" }] },
    1,
    "expected a string or null, got 1",
  ],
  [
    { anyOf: [{ type: "string" }, { properties: { a: { type: "null" } } }] },
    { a: 1 },
    'Argument "a": expected null, got 1',
  ],
  [{ oneOf: [true, true] }, 1, "a value of one form, not of 2 at once"],
  [{ not: { type: "string" } }, "a", "expected a value of another form"],
  [
    { if: { required: ["a"] }, then: { required: ["b"] } },
    { a: 1 },
    'Argument "b" is missing',
  ],
  [{ dependentRequired: { a: ["b"] } }, { a: 1 }, 'Argument "b" is missing'],
  [
    { propertyNames: { maxLength: 1 } },
    { ab: 1 },
    'Argument "ab": expected a str',
  ],
  [false, 1, "expected nothing, got 1"],
  [
    { allOf: [{ properties: { a: true } }], unevaluatedProperties: false },
    { b: 1 },
    'Argument "b" is unknown',
  ],
];

Deno.test("SchemaChecker says where, what was expected and what came", async () => {
  for (const [schema, value, message] of SAYS) {
    const found = await issues(schema, value);
    assert(
      found.length === 1 && found[0]!.includes(message),
      `${JSON.stringify(schema)}: ${found}`,
    );
  }
});

Deno.test("SchemaChecker tells the first eight issues", async () => {
  const found = await issues({ items: { type: "null" } }, Array(100).fill(1));
  assertEquals(found.length, 8);
});

Deno.test("SchemaChecker sees values as JSON has them", async () => {
  const schema = {
    properties: { at: { type: "string" }, n: { type: "null" }, gone: false },
    required: ["at"],
    additionalProperties: false,
    maxProperties: 2,
  };
  const value = { at: new Date(0), n: NaN, gone: undefined, alsoGone: () => 1 };
  assertEquals(await issues(schema, value), []);
  assertEquals((await issues(schema, { at: undefined })).length, 1);
});

Deno.test("SchemaChecker follows pointers and anchors in the schema", async () => {
  const schema = {
    $defs: {
      "a/b~c d": { type: "string" },
      named: { $anchor: "name", type: "integer" },
      own: { $id: "own", $defs: { x: { type: "null" } }, $ref: "#/$defs/x" },
    },
    properties: {
      a: { $ref: "#/$defs/a~1b~0c%20d" },
      b: { $ref: "#name" },
      c: { $ref: "#/$defs/own" },
    },
  };
  assertEquals(await issues(schema, { a: "x", b: 1, c: null }), []);
  assertEquals((await issues(schema, { a: 1, b: "x", c: 1 })).length, 3);
});

/** The same numbers in each run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

Deno.test("Random schemas say of random values what another validator says", async () => {
  const next = random(11);
  const pick = <T>(list: readonly T[]): T => list[next(list.length)]!;
  const KINDS = [
    "string",
    "integer",
    "number",
    "boolean",
    "null",
    "array",
    "object",
  ];
  const value = (depth: number): unknown => {
    switch (next(depth > 2 ? 6 : 9)) {
      case 6:
        return Array.from({ length: next(4) }, () => value(depth + 1));
      case 7:
      case 8:
        return Object.fromEntries(
          Array.from(
            { length: next(4) },
            () => [pick(["a", "b", "c"]), value(depth + 1)],
          ),
        );
      default:
        return pick([0, 1, -2, 1.5, "", "a", "bb", true, false, null]);
    }
  };
  const KEYWORDS: (() => Record<string, unknown>)[] = [
    () => ({ type: pick(KINDS) }),
    () => ({ type: [pick(KINDS), pick(KINDS)] }),
    () => ({ enum: [value(2), value(1)] }),
    () => ({ const: value(1) }),
    () => ({ minimum: next(3) }),
    () => ({ multipleOf: pick([1, 2, 0.5]) }),
    () => ({ maxLength: next(2) }),
    () => ({ pattern: pick(["^a", "b+$", "^$"]) }),
    () => ({ minItems: next(3), uniqueItems: next(2) === 0 }),
    () => ({ items: schema(1) }),
    () => ({ prefixItems: [schema(1), schema(1)], items: schema(1) }),
    () => ({ contains: schema(1), minContains: next(2) }),
    () => ({ required: [pick(["a", "b"])] }),
    () => ({ properties: { a: schema(1), b: schema(1) } }),
    () => ({ properties: { a: schema(1) }, additionalProperties: schema(1) }),
    () => ({ patternProperties: { "^[ab]": schema(1) } }),
    () => ({ propertyNames: { enum: ["a", "b"] } }),
    () => ({ dependentRequired: { a: ["b"] } }),
    () => ({ allOf: [schema(1), schema(1)] }),
    () => ({ anyOf: [schema(1), schema(1)] }),
    () => ({ oneOf: [schema(1), schema(1)] }),
    () => ({ not: schema(1) }),
    () => ({ if: schema(1), then: schema(1), else: schema(1) }),
    () => ({ $ref: "#/$defs/d" }),
  ];
  let depth = 0;
  function schema(deeper: number): unknown {
    depth += deeper;
    const made = depth > 3 || next(8) === 0
      ? pick<unknown>([true, true, false, { type: pick(KINDS) }])
      : Object.assign(
        {},
        pick(KEYWORDS)(),
        next(2) === 0 ? pick(KEYWORDS)() : {},
      );
    depth -= deeper;
    return made;
  }
  let fitting = 0;
  for (let round = 0; round < 2_000; round++) {
    const whole = { ...Object(schema(0)), $defs: { d: { type: pick(KINDS) } } };
    const other = new Validator(structuredClone(whole), "2020-12");
    for (let at = 0; at < 5; at++) {
      const one = value(0);
      const expected = other.validate(one).valid;
      const found = await issues(whole, one);
      if (expected) fitting++;
      assertEquals(
        found.length === 0,
        expected,
        `${JSON.stringify(whole)} of ${JSON.stringify(one)}: ${found}`,
      );
    }
  }
  assert(fitting > 1_000 && fitting < 9_000, `${fitting}`);
});
