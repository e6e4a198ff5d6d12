/** How much of the tools one program may use. */

/** How much of the tools one program may use. */
export interface CodeBudgets {
  /** Calls of tools, refused ones included; 256 by default. */
  readonly calls: number;
  /** Calls under way at once, more of them wait; 32 by default. */
  readonly inFlight: number;
  /** Bytes of all arguments together, as JSON; 1 MiB by default. */
  readonly argumentBytes: number;
  /** Bytes of all answers together, as JSON; 4 MiB by default. */
  readonly answerBytes: number;
  /** Characters of the program; 262 144 by default. */
  readonly sourceLength: number;
}

/** The name of a budget. */
export type BudgetName = keyof CodeBudgets;

/** The budgets where nothing else was set. */
export const DEFAULT_BUDGETS: CodeBudgets = Object.freeze({
  calls: 256,
  inFlight: 32,
  argumentBytes: 1_048_576,
  answerBytes: 4 * 1_048_576,
  sourceLength: 262_144,
});

/** The lowest and the highest that each may be. */
const RANGE: Readonly<Record<BudgetName, readonly [number, number]>> = {
  calls: [0, 1_000_000],
  inFlight: [1, 1_000],
  argumentBytes: [0, 2 ** 30],
  answerBytes: [0, 2 ** 30],
  sourceLength: [0, 16 * 1_048_576],
};

/**
 * Checks budgets and adds those that were left out.
 *
 * @throws {TypeError} when there is no budget of that name.
 * @throws {RangeError} when a value is impossible.
 */
export function checkBudgets(given: Partial<CodeBudgets>): CodeBudgets {
  for (const [name, value] of Object.entries(given)) {
    const range = RANGE[name as BudgetName];
    if (!range) throw new TypeError(`Cannot set budgets: no budget ${name}`);
    const [low, high] = range;
    if (Number.isSafeInteger(value) && value >= low && value <= high) continue;
    throw new RangeError(
      `Cannot set budgets: ${name} is a whole number from ${low} to ${high}, got ${value}`,
    );
  }
  return Object.freeze({ ...DEFAULT_BUDGETS, ...given });
}
