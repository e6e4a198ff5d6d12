/** What a walk knows each operator by: its cost, in fuel and time, and kind. */

import { CORE_OPERATORS, Shape } from "../../wasm/operators.ts";

/**
 * Units of time, where an operator on registers takes 1, some 0.5 to 1 ns. What
 * is slow only at times has its worst: a load that no cache holds takes 0.1 µs,
 * the first reference to a function 1 µs.
 */
const SLOW: readonly (readonly [RegExp, number])[] = [
  [/\.(load|store)/, 32],
  [/\.(div|rem|sqrt)/, 8],
  [/^(table\.[gs]et|ref\.func)$/, 64],
];

/** Vectors and the operators with a prefix, whichever they are: all as loads. */
const PREFIXED = 32;

function timeOf(opcode: number): number {
  const name = CORE_OPERATORS.names[opcode]!;
  const shape = CORE_OPERATORS.shape[opcode]!;
  if (shape === Shape.PrefixFc || shape === Shape.PrefixFd) return PREFIXED;
  return SLOW.find(([pattern]) => pattern.test(name))?.[1] ??
    CORE_OPERATORS.fuel[opcode]!;
}

/** Bytes of code at most whose operators may be added up at once. */
export const STRETCH_BYTES = 256;

// Bits of a sum: 256 bytes and the operator behind them cost at most 257 of
// fuel and 11 · 256 + 64 of time, and move the operand stack by less than 1024.
export const TIME_SHIFT = 9;
export const HEIGHT_SHIFT = 21;

/**
 * What each opcode costs and how it moves the operand stack, in one number, so
 * that a walk over millions of operators adds up only one.
 */
export const OPERATOR_COST: Int32Array = Int32Array.from(
  CORE_OPERATORS.fuel,
  (fuel, opcode) =>
    fuel | timeOf(opcode) << TIME_SHIFT |
    CORE_OPERATORS.effect[opcode]! << HEIGHT_SHIFT,
);

/** The fuel in a sum of {@linkcode OPERATOR_COST}. */
export function fuelIn(sum: number): number {
  return sum & ((1 << TIME_SHIFT) - 1);
}

/** The units of time in it. */
export function timeIn(sum: number): number {
  return (sum >> TIME_SHIFT) & ((1 << (HEIGHT_SHIFT - TIME_SHIFT)) - 1);
}

/** The values that the operand stack grew by. */
export function heightIn(sum: number): number {
  return sum >> HEIGHT_SHIFT;
}

export const FEATURE_SHIFT = 6;

/** The shape and the feature of each opcode, in one number. */
export const OPERATOR_KIND: Int32Array = Int32Array.from(
  CORE_OPERATORS.shape,
  (shape, opcode) => shape | CORE_OPERATORS.feature[opcode]! << FEATURE_SHIFT,
);

/** The shape in an {@linkcode OPERATOR_KIND}. */
export function shapeIn(kind: number): number {
  return kind & ((1 << FEATURE_SHIFT) - 1);
}

/** The bits of all features in kinds that were combined with "or". */
export function featuresIn(kinds: number): number {
  return kinds >> FEATURE_SHIFT;
}
