/**
 * Estimates V8's compilation costs, and limits them per function and per
 * module.
 */

import { CompilationFailed } from "../../errors.ts";
import { MODULE_LIMITS } from "./module_limits.ts";
import { LargestCosts, MOST_THREADS } from "./largest_costs.ts";
import { type CompileCounts, Count } from "./compile_work.ts";

/** Weights by {@linkcode Count}; what is left out costs nothing. */
type Weights = Readonly<Partial<Record<keyof typeof Count, number>>>;

/** One kind of compilation cost, and its limits. */
export interface Measure {
  readonly weights: Weights;
  /** Ends the sentence "function 12 may …". */
  readonly mayTake: (amount: string) => string;
  readonly unit: string;
  /** The weights' units in one of these. */
  readonly perUnit: number;
  readonly functionLimit: number;
  /** Limits on the total of the most expensive functions. */
  readonly largestLimits?: readonly (readonly [count: number, limit: number])[];
  /** The limit of a module, in addition to its size-dependent allowance. */
  readonly moduleLimit: number;
  readonly moduleLimitPerByte: number;
}

/** Microseconds in a millisecond. */
const MS = 1000;
/** Bytes in a MiB. */
const MIB = 1024 * 1024;

/**
 * Times in µs and memory in bytes, measured on Deno 2.9.6, x64, with two cores
 * that had other work too: each construct some thousand times in one function,
 * and all functions of eleven real programs, whose totals these weights meet
 * within a factor of two. `deno task worst` searches for the worst that fits.
 */
export const MEASURES: readonly Measure[] = [
  {
    // The baseline compiler runs on the guest's thread, when a function is
    // first called: nothing can stop it. The most in a real program is 81 ms.
    mayTake: (amount) =>
      `take V8 ${amount} to compile, during which nothing can stop it`,
    unit: "ms",
    perUnit: MS,
    functionLimit: 150 * MS,
    // Validation, before anything runs, takes as long. A byte of a real
    // program's code takes 0.22 µs at most.
    moduleLimit: 1000 * MS,
    moduleLimitPerByte: 0.5,
    weights: {
      bytes: 0.1,
      joints: 0.3,
      calls: 0.35,
      lookups: 3,
      branchings: 0.3,
      loops: 2,
      values: 1.2,
      copies: 0.015,
      sweeps: 0.003,
      spills: 0.00015,
      merges: 0.01,
      targets: 0.12,
      locals: 0.035,
    },
  },
  {
    // The optimizing compiler runs on threads of V8, where nothing can stop it
    // either. The most in a real program is 1.2 s; 3.6 µs for a byte of code.
    // Crafted code takes up to one and a half times its estimate.
    mayTake: (amount) => `keep V8's optimizing compiler busy for ${amount}`,
    unit: "ms",
    perUnit: MS,
    functionLimit: 1400 * MS,
    moduleLimit: 1400 * MS,
    moduleLimitPerByte: 5,
    weights: {
      bytes: 2,
      joints: 16,
      calls: 5,
      lookups: 100,
      tableAccesses: 400,
      branchings: 40,
      loops: 250,
      crowd: 0.03,
      loopBytes: 0.004,
      handledSquares: 0.007,
      values: 6,
      copies: 0.035,
      sweeps: 0.025,
      merges: 0.15,
      targets: 2,
      targetSquares: 0.001,
      locals: 0.05,
    },
  },
  {
    // Kept until the baseline compiler is through with the function. The most
    // in a real program is 25 MiB.
    mayTake: (amount) => `take ${amount} of memory to compile`,
    unit: "MiB",
    perUnit: MIB,
    functionLimit: 192 * MIB,
    moduleLimit: Infinity,
    moduleLimitPerByte: 0,
    weights: {
      bytes: 7,
      joints: 40,
      calls: 300,
      lookups: 800,
      branchings: 250,
      copies: 17,
      targets: 80,
      locals: 400,
    },
  },
  {
    // The same for the optimizing one, which works on as many functions at once
    // as V8 has threads: on two cores on two, and nowhere on more than 16. The
    // most in a real program is 145 MiB by these weights, of which it takes the
    // half; the two largest of one have 254 MiB, the 16 largest 1073.
    mayTake: (amount) => `take ${amount} of memory to optimize`,
    unit: "MiB",
    perUnit: MIB,
    functionLimit: 160 * MIB,
    largestLimits: [[2, 264 * MIB], [16, 1152 * MIB]],
    moduleLimit: Infinity,
    moduleLimitPerByte: 0,
    weights: {
      bytes: 185,
      operators: 165,
      time: 43,
      joints: 800,
      calls: 1300,
      lookups: 8000,
      tableAccesses: 11_000,
      branchings: 8000,
      loops: 17_000,
      values: 750,
      copies: 15,
      sweeps: 9,
      merges: 80,
      targets: 1000,
      locals: 200,
      throws: 4500,
      handled: 4000,
      handledSlowly: 12,
    },
  },
  {
    // Stays as long as the module. The most in a real program is 3.8 MiB in a
    // function, and 12.4 bytes for a byte of code.
    mayTake: (amount) => `become ${amount} of machine code`,
    unit: "MiB",
    perUnit: MIB,
    functionLimit: 64 * MIB,
    moduleLimit: 128 * MIB,
    moduleLimitPerByte: 14,
    weights: {
      bytes: 8,
      joints: 20,
      calls: 25,
      lookups: 120,
      tableAccesses: 130,
      branchings: 60,
      values: 13,
      sweeps: 0.5,
      targets: 18,
      locals: 12,
    },
  },
];

/** What is measured last. */
const MACHINE_CODE = MEASURES.length - 1;

/** The code for fuel adds a quarter to a real program's memory to optimize. */
const FUEL_SHARE = 1.3;

/** Names of what is counted, for messages. */
const NOUNS: Readonly<Record<keyof typeof Count, string>> = {
  bytes: "bytes of code",
  joints: "branches",
  calls: "calls",
  lookups: "indirect calls",
  tableAccesses: "accesses to tables",
  branchings: "divisions and conversions",
  loops: "loops",
  crowd: "loops, indirect calls, divisions and throws, squared",
  loopBytes: "bytes of nested loops",
  values: "parameters and results of calls",
  copies: "variables and operands at branches",
  sweeps: "variables and operands at branches and calls",
  spills: "bytes of code times variables and operands",
  merges: "variables at indirect calls and handlers",
  targets: "entries of branch tables",
  targetSquares: "entries of branch tables, squared",
  locals: "variables",
  operators: "operators",
  time: "units of time of its operators",
  throws: "throws",
  handled: "calls and throws inside of handlers",
  handledSquares: "calls and throws inside of handlers, squared",
  handledSlowly:
    "calls and throws inside of handlers, times throws and indirect calls",
};

const COUNTED = Object.keys(Count) as (keyof typeof Count)[];

/** The weights of each count in all measures, one count after the other. */
export const WEIGHTS: Float64Array = Float64Array.from(
  COUNTED.flatMap((key) =>
    MEASURES.map(({ weights }: Measure) => weights[key] ?? 0)
  ),
);

/** What all functions so far cost, wherever that is kept. */
export interface BudgetState {
  /** Sums by measure, then of bytes and of variables. */
  readonly sums: Float64Array;
  /** The largest costs by each measure. */
  readonly largest: readonly Float64Array[];
}

const BYTES: number = MEASURES.length;
const LOCALS: number = MEASURES.length + 1;

/** How many sums there are. */
export const BUDGET_SUMS: number = MEASURES.length + 2;

/** The state before the first function. */
export function budgetState(): BudgetState {
  return {
    sums: new Float64Array(BUDGET_SUMS),
    largest: MEASURES.map(() => new Float64Array(MOST_THREADS)),
  };
}

/**
 * Sums up the costs of a module's functions, and refuses modules that are too
 * expensive to compile.
 */
export class CompileBudget {
  readonly #costs = new Float64Array(MEASURES.length);
  readonly #sums: Float64Array;
  readonly #largest: readonly LargestCosts[];
  readonly #share: number;

  /**
   * @param countsFuel Whether the functions have the code for that in them.
   * @param state Where the sums are kept.
   */
  constructor(countsFuel: boolean, { sums, largest }: BudgetState) {
    this.#share = countsFuel ? FUEL_SHARE : 1;
    this.#sums = sums;
    this.#largest = largest.map((costs) => new LargestCosts(costs));
  }

  /**
   * Adds a function that lies at an offset.
   *
   * @throws {CompilationFailed} when it alone costs too much.
   */
  spend(index: number, counts: CompileCounts, at: number): void {
    const sums = this.#sums;
    sums[BYTES]! += counts[Count.bytes]!;
    sums[LOCALS]! += counts[Count.locals]!;
    if (sums[LOCALS]! > MODULE_LIMITS.moduleLocals) {
      throw new CompilationFailed(
        `Cannot prepare module: functions up to ${index} have ` +
          `${sums[LOCALS]} variables, limit is ${MODULE_LIMITS.moduleLocals}`,
        at,
      );
    }
    weigh(counts, this.#costs);
    for (let i = 0; i < MEASURES.length; i++) {
      const cost = this.#costs[i]!;
      sums[i]! += cost;
      const measure = MEASURES[i]!;
      const limit = measure.functionLimit * this.#shareOf(measure);
      if (cost > limit) throw tooMuch(index, cost, limit, measure, counts, at);
      if (measure.largestLimits) this.#largest[i]!.add(cost);
    }
  }

  /** Bytes of machine code that all functions so far may become. */
  get machineCodeBytes(): number {
    return Math.ceil(this.#sums[MACHINE_CODE]!);
  }

  /**
   * Compares the sums with the limits.
   *
   * @throws {CompilationFailed} when all functions together cost too much.
   */
  finish(): void {
    MEASURES.forEach((measure, i) => {
      const limit = measure.moduleLimit +
        this.#sums[BYTES]! * measure.moduleLimitPerByte;
      const total = this.#sums[i]!;
      if (total > limit) throw tooMuchTogether(total, limit, measure);
      this.#compareLargest(measure, this.#largest[i]!);
    });
  }

  #compareLargest(measure: Measure, largest: LargestCosts): void {
    for (const [count, most] of measure.largestLimits ?? []) {
      const cost = largest.sum(count);
      const limit = most * this.#shareOf(measure);
      if (cost > limit) throw tooMuchAtOnce(count, cost, limit, measure);
    }
  }

  #shareOf(measure: Measure): number {
    return measure.largestLimits ? this.#share : 1;
  }
}

/** What the counts cost by each measure. Most counts are 0. */
function weigh(counts: CompileCounts, costs: Float64Array): void {
  const measures = costs.length;
  for (let i = 0; i < measures; i++) costs[i] = 0;
  for (let count = 0; count < counts.length; count++) {
    const times = counts[count]!;
    if (times === 0) continue;
    const first = count * measures;
    for (let i = 0; i < measures; i++) costs[i]! += times * WEIGHTS[first + i]!;
  }
}

function tooMuch(
  index: number,
  cost: number,
  limit: number,
  measure: Measure,
  counts: CompileCounts,
  at: number,
): CompilationFailed {
  const { weights, mayTake } = measure;
  const share = (key: keyof typeof Count) =>
    (weights[key] ?? 0) * counts[Count[key]]!;
  const most = COUNTED.toSorted((a, b) => share(b) - share(a))[0]!;
  const took = mayTake(amount(cost, measure));
  return new CompilationFailed(
    `Cannot prepare module: function ${index} may ${took}, ` +
      `limit is ${amount(limit, measure)}; ` +
      `it has ${counts[Count[most]]} ${NOUNS[most]}`,
    at,
  );
}

function tooMuchTogether(
  cost: number,
  limit: number,
  measure: Measure,
): CompilationFailed {
  return new CompilationFailed(
    `Cannot prepare module: its functions together may ` +
      `${measure.mayTake(amount(cost, measure))}, ` +
      `limit for their size is ${amount(limit, measure)}`,
  );
}

function tooMuchAtOnce(
  count: number,
  cost: number,
  limit: number,
  measure: Measure,
): CompilationFailed {
  return new CompilationFailed(
    `Cannot prepare module: its ${count} largest functions together may ` +
      `${measure.mayTake(amount(cost, measure))}, ` +
      `limit is ${amount(limit, measure)}`,
  );
}

function amount(cost: number, { perUnit, unit }: Measure): string {
  return `${Math.ceil(cost / perUnit)} ${unit}`;
}
