import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  MAX_VALUES,
  parseJson,
  UnusableJson,
} from "../../src/pieces/parse_json.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const parse = async (text: string) => await parseJson(encode(text));

/** As long as what is parsed at once, so that the rest is parsed in pieces. */
const BLANKS = " ".repeat(33_000);

/** Numbers from a seed, so that a failure can be made again. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}

const SCALARS = [
  ..."0|-0|1e999|-1E+5|123456789012345678901234567890|0.1|5e-324|true|false"
    .split("|"),
  ...'null|""|"a"|"\\u0041\\ud83d"|"\\ude00"|"é中😀"|"[,]{}:"|"\\\\"|"\\""'
    .split("|"),
];
const KEYS = ["a", "b", "__proto__", "toString", "1", "0", "é", "a\\nb", ""];

/** A text that is JSON, of about this many values. */
function jsonText(below: (n: number) => number, values: number): string {
  const space = () => " \n\t\r".slice(0, below(12) === 0 ? below(5) : 0);
  const scalar = () =>
    below(40) === 0
      ? JSON.stringify("x😀\\\n".repeat(below(3000)))
      : SCALARS[below(SCALARS.length)]!;
  const value = (room: number, depth: number): string => {
    if (room < 2 || depth > 40 || below(8) === 0) return space() + scalar();
    const [open, close] = below(2) === 0 ? "[]" : "{}";
    const count = 1 + below(Math.min(room, 12));
    const parts = Array.from({ length: count }, () => {
      const one = value(Math.floor(room / count), depth + 1) + space();
      const key = `${space()}"${KEYS[below(KEYS.length)]}"${space()}`;
      return open === "{" ? `${key}:${one}` : one;
    });
    return space() + open + parts.join(",") + close;
  };
  return value(values, 0);
}

function outcome(make: () => unknown): unknown {
  try {
    return { value: make() };
  } catch {
    return "refused";
  }
}

async function pieceOutcome(text: string): Promise<unknown> {
  try {
    return { value: await parse(text) };
  } catch (error) {
    assert(error instanceof UnusableJson, String(error));
    return "refused";
  }
}

/** Also tells the order of members and names like `__proto__` apart. */
function shown(value: unknown): string {
  return JSON.stringify(value, (_, one) => {
    if (typeof one === "number" && !Number.isFinite(one)) return String(one);
    if (Object.is(one, -0)) return "-0";
    return one;
  });
}

Deno.test("parseJson makes of a large text what JSON.parse makes of it", async () => {
  const below = random(1);
  for (let round = 0; round < 40; round++) {
    const text = " ".repeat(below(9000)) +
      `[${jsonText(below, 4000)},${BLANKS}${jsonText(below, 300)}]`;
    const expected = outcome(() => JSON.parse(text));
    assert(expected !== "refused");
    assert(shown(await pieceOutcome(text)) === shown(expected), `${round}`);
  }
});

Deno.test("parseJson refuses of large texts what JSON.parse refuses", async () => {
  const below = random(2);
  const junk = '[]{},:"\\ 1e-.xnu\n\u0001'.split("");
  let refused = 0;
  for (let round = 0; round < 400; round++) {
    const sound = `[${jsonText(below, 40)},${BLANKS}${jsonText(below, 40)}]`;
    // A place before, in or after the blanks, where something is not right.
    const start = below(2) === 0 ? 0 : 33_000;
    const at = Math.min(sound.length, start + below(sound.length - 32_900));
    const piece = junk[below(junk.length)]!;
    const text = (sound.slice(0, at) + piece + sound.slice(at + below(2)))
      .toWellFormed();
    const expected = outcome(() => JSON.parse(text));
    if (expected === "refused") refused++;
    assert(
      shown(await pieceOutcome(text)) === shown(expected),
      `${round}: ${text.replace(BLANKS, "…").slice(0, 500)}`,
    );
  }
  assert(refused > 200, `only ${refused} were refused`);
});

Deno.test("parseJson takes strings, keys and numbers of any form that are long", async () => {
  const long = 'a\\u00e9é中😀\\ud83d\\ude00\\\\\\"\\n'.repeat(20_000);
  for (
    const text of [
      `"${long}"`,
      `{"${long}" : "${long}"}`,
      `[1,"${long}",[{"k":"${long}"}],2]`,
      `${BLANKS}${BLANKS}${BLANKS}1`,
      `[${"9".repeat(40_000)}]`,
      `{"a":${BLANKS}null${BLANKS},"b":[${BLANKS}]${BLANKS}}`,
    ]
  ) {
    assertEquals(shown(await parse(text)), shown(JSON.parse(text)));
  }
});

Deno.test("parseJson parses long strings at once, but no long structure", async () => {
  const long = "x".repeat(400_000);
  assertEquals(parseJson(encode(`{"a":"${long}"}`)), { a: long });
  for (
    const text of [
      `"${"\\n".repeat(33_000)}"`,
      `[${"1,".repeat(17_000)}1]`,
      `"${"x".repeat(600_000)}"`,
    ]
  ) {
    const parsing = parseJson(encode(text));
    assert(parsing instanceof Promise);
    assertEquals(await parsing, JSON.parse(text));
  }
});

Deno.test("parseJson refuses what would take too much", async () => {
  const nested = (depth: number) =>
    `${BLANKS}${"[".repeat(depth)}1${"]".repeat(depth)}`;
  assertEquals(Array.isArray(await parse(nested(512))), true);
  await assertRejects(() => parse(nested(513)), UnusableJson, "512 levels");
  const values = (count: number) => `[${"1,".repeat(count - 1)}1]`;
  await parse(values(MAX_VALUES - 1));
  await assertRejects(
    () => parse(values(MAX_VALUES + 2)),
    UnusableJson,
    `more than ${MAX_VALUES} values`,
  );
  const members = (count: number) =>
    `{${Array.from({ length: count }, (_, i) => `"k${i}":1`).join()}}`;
  await parse(members(100_000));
  await assertRejects(
    () => parse(members(100_001)),
    UnusableJson,
    "100000 members in one object",
  );
  await assertRejects(
    () => parse(`[${"1".repeat(70_000)}]`),
    UnusableJson,
    "a number of more than 65536 bytes",
  );
});

Deno.test("parseJson refuses bytes of large texts that are not UTF-8", async () => {
  for (const wrong of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf0, 0x9f]]) {
    for (const room of [20, 8190, 70_000]) {
      const bytes = encode(`${BLANKS}["${"a".repeat(room)}....", "b"]`);
      bytes.set(wrong, 33_000 + 2 + room);
      const parsing = async () => await parseJson(bytes);
      await assertRejects(parsing, UnusableJson, "not UTF-8");
    }
  }
  const marked = encode(`\ufeff${BLANKS}1`);
  await assertRejects(async () => await parseJson(marked), UnusableJson);
});
