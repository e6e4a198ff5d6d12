/** How loops do with fewer checks, and when counting their rounds is worth it. */

/** What all rounds between two checks may take together, in units of time. */
export const MAX_UNITS = 16_384;
/** What it costs to look at the counter's bits. */
export const CHECK_UNITS = 5;
export const MAX_ROUND_BITS = 7;
/** Where a check comes more often, what it costs is that it comes unforeseen. */
export const MIN_ROUND_BITS = 5;

/** How a loop can do with fewer checks. */
export type LoopForm =
  /** Every round calls a function that checks when it is entered. */
  | { readonly kind: "calls"; readonly units: number }
  /** A variable goes in steps, so that some of its bits count the rounds. */
  | {
    readonly kind: "counts";
    /** Units of all rounds between two checks. */
    readonly units: number;
    readonly local: number;
    readonly is64: boolean;
    /** The bits, which are all zero once in so many rounds. */
    readonly mask: number;
  }
  /** It ends by itself after a few rounds. */
  | {
    readonly kind: "ends";
    /** Units of all its rounds. */
    readonly units: number;
  };

/** `local = local + step`, in every round. */
export interface Step {
  readonly local: number;
  readonly step: number;
  readonly is64: boolean;
}

/** A loop that goes on, and only then, while a variable is not `until`. */
export interface Ending extends Step {
  readonly until: number;
}

/**
 * The form of a loop whose variable of 32 bits begins at a constant, if it comes
 * to its end soon. The step divides the distance, so that the end is met and
 * not passed, also where the variable wraps.
 *
 * @param units What one round takes.
 */
export function endingForm(
  { step, is64, until }: Ending,
  from: number,
  units: number,
): LoopForm | undefined {
  const distance = (step > 0 ? until - from : from - until) >>> 0;
  const size = Math.abs(step);
  if (is64 || distance === 0 || size === 0 || distance % size !== 0) {
    return undefined;
  }
  const all = distance / size * units;
  return all <= MAX_UNITS ? { kind: "ends", units: all } : undefined;
}

/**
 * The form of a loop that counts its rounds by `step`, if that is worth it.
 *
 * A variable that goes in steps of an odd number times 2^k takes every value of
 * its bits k to k + n in 2^n rounds, wherever it starts, also when it wraps.
 *
 * @param units What one round takes.
 */
export function countingForm(
  { local, step, is64 }: Step,
  units: number,
): LoopForm | undefined {
  const round = units + CHECK_UNITS;
  const bits = Math.min(
    MAX_ROUND_BITS,
    31 - Math.clz32(MAX_UNITS / round),
  );
  if (step === 0 || bits < MIN_ROUND_BITS) return undefined;
  const shift = 31 - Math.clz32(step & -step);
  if (shift + bits > 31) return undefined;
  const rounds = 1 << bits;
  const mask = (rounds - 1) << shift;
  return { kind: "counts", units: rounds * round, local, is64, mask };
}
