/** A candidate of the search for the worst module, in a few numbers. */

import { UNITS } from "./units.ts";

const UNIT_NAMES = Object.keys(UNITS);

/** What the blocks around a body are. */
export type NestKind = "block" | "loop" | "if" | "try" | "try_table";

/** A module's shape; the same one always stands for the same bytes. */
export interface Shape {
  /** Functions with the same body. */
  readonly functions: number;
  readonly exported: boolean;
  /** Parameters of type i32, and results, of each. */
  readonly params: number;
  readonly results: number;
  /** Variables of type i32. */
  readonly locals: number;
  /** How many of them hold different values from start to end. */
  readonly live: number;
  /** Variables of type externref. */
  readonly references: number;
  /** Operands below the body. */
  readonly operands: number;
  readonly nest: NestKind;
  readonly nesting: number;
  /** Parameters and results of the wide type. */
  readonly arity: number;
  /** Whether the blocks around the body have the wide type. */
  readonly nestWide: boolean;
  readonly units: readonly string[];
  readonly repeats: number;
  readonly targets: number;
  /** Whether the body can't be reached. */
  readonly dead: boolean;
  /** Operators of one constant expression, and how many such globals. */
  readonly constOperators: number;
  readonly constGlobals: number;
  /** Further types, each with `arity` parameters. */
  readonly types: number;
}

/** A shape that costs next to nothing. */
export const PLAIN: Shape = {
  functions: 1,
  exported: true,
  params: 0,
  results: 0,
  locals: 3,
  live: 0,
  references: 0,
  operands: 0,
  nest: "block",
  nesting: 0,
  arity: 1,
  nestWide: false,
  units: ["nop"],
  repeats: 1,
  targets: 1,
  dead: false,
  constOperators: 1,
  constGlobals: 0,
  types: 0,
};

type NumberKey = {
  [K in keyof Shape]: Shape[K] extends number ? K : never;
}[keyof Shape];

/** The largest value of each number; the smallest is in {@linkcode PLAIN}. */
const MOST: Readonly<Record<NumberKey, number>> = {
  functions: 600_000,
  params: 1000,
  results: 1000,
  locals: 49_999,
  live: 49_999,
  references: 49_999,
  operands: 500_000,
  nesting: 20_000,
  arity: 1000,
  repeats: 2_000_000,
  targets: 65_520,
  constOperators: 5_000_000,
  constGlobals: 50_000,
  types: 20_000,
};

const NUMBER_KEYS = Object.keys(MOST) as NumberKey[];
const NESTS: readonly NestKind[] = ["block", "loop", "if", "try", "try_table"];

/** Numbers that a seed stands for. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed + 1) * 2654435761 >>> 0 || 1;
  }

  /** From 0 up to 1. */
  next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) / 2 ** 32;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  /** From `least` to `most`, each order of magnitude as likely. */
  size(least: number, most: number): number {
    const scale = Math.log((most + 1) / (least + 1));
    return Math.round((least + 1) * Math.exp(this.next() * scale) - 1);
  }
}

/** What makes a unit costly: state, wide types, nesting, handlers. */
const SURROUNDINGS: readonly Partial<Shape>[] = [
  {},
  { locals: 1000, live: 1000 },
  { locals: 10_000 },
  { locals: 49_999 },
  { operands: 1000 },
  { operands: 20_000 },
  { references: 1000 },
  { arity: 100 },
  { arity: 1000 },
  { arity: 1000, nestWide: true, nesting: 1 },
  { nesting: 1000 },
  { nesting: 1000, nest: "loop" },
  { nesting: 1000, nest: "if" },
  { nesting: 1, nest: "try" },
  { nesting: 1, nest: "try_table" },
  { nesting: 1, nest: "try", functions: 2 },
  { nesting: 1, nest: "try", locals: 1000, live: 1000 },
  { nesting: 1, nest: "try_table", locals: 1000, live: 1000 },
  { nesting: 100, nest: "try_table" },
  { results: 1000 },
  { targets: 1000, nesting: 100 },
  { targets: 65_520 },
  { dead: true, arity: 1000 },
  { functions: 2 },
  { functions: 16 },
  { functions: 100 },
  { functions: 10_000 },
  { functions: 100_000 },
  { functions: 100_000, locals: 99 },
  { functions: 1000, arity: 100 },
  { constGlobals: 1000, constOperators: 999 },
];

/** A unit or two in surroundings that cost something, with a change or two. */
export function randomShape(random: Random): Shape {
  const units = [random.pick(UNIT_NAMES)];
  if (random.below(3) === 0) units.push(random.pick(UNIT_NAMES));
  let shape: Shape = { ...PLAIN, ...random.pick(SURROUNDINGS), units };
  const changes = random.below(3);
  for (let i = 0; i < changes; i++) shape = changeShape(shape, random);
  return shape;
}

/** A neighbour of a shape. */
export function changeShape(shape: Shape, random: Random): Shape {
  const what = random.below(10);
  if (what === 0) return { ...shape, units: changeUnits(shape, random) };
  if (what === 1) {
    const key = random.pick(["exported", "nestWide", "dead"] as const);
    return { ...shape, [key]: !shape[key] };
  }
  if (what === 2) return { ...shape, nest: random.pick(NESTS) };
  const key = random.pick(NUMBER_KEYS);
  return { ...shape, [key]: changeNumber(key, shape[key], random) };
}

function changeUnits(shape: Shape, random: Random): string[] {
  const unit = random.pick(UNIT_NAMES);
  if (shape.units.length < 3 && random.below(2) === 0) {
    return [...shape.units, unit];
  }
  const units = [...shape.units];
  units[random.below(units.length)] = unit;
  return units;
}

function changeNumber(key: NumberKey, value: number, random: Random): number {
  const [least, most] = [PLAIN[key], MOST[key]];
  const way = random.below(4);
  if (way === 0) return random.size(least, most);
  if (way === 1) return least;
  const factor = way === 2 ? 1 + random.next() : 1 / (1 + random.next());
  return Math.min(most, Math.max(least, Math.round(value * factor)));
}
