/** Limits on one program's use of tools. */

/** Limits on one program's use of tools. */
export interface CodeBudgets {
  /** Number of tool calls, including refused ones; 256 by default. */
  readonly calls: number;
  /** Concurrent calls, beyond which calls wait; 32 by default. */
  readonly inFlight: number;
  /** Total bytes of arguments, as JSON; 1 MiB by default. */
  readonly argumentBytes: number;
  /** Total bytes of answers, as JSON; 4 MiB by default. */
  readonly answerBytes: number;
  /** Characters of the program; 262 144 by default. */
  readonly sourceLength: number;
}

/** The name of a budget. */
export type BudgetName = keyof CodeBudgets;

/** The default budgets. */
export const DEFAULT_BUDGETS: CodeBudgets = Object.freeze({
  calls: 256,
  inFlight: 32,
  argumentBytes: 1_048_576,
  answerBytes: 4 * 1_048_576,
  sourceLength: 262_144,
});

/** The permitted range of each budget. */
const RANGE: Readonly<Record<BudgetName, readonly [number, number]>> = {
  calls: [0, 1_000_000],
  inFlight: [1, 1_000],
  argumentBytes: [0, 2 ** 30],
  answerBytes: [0, 2 ** 30],
  sourceLength: [0, 16 * 1_048_576],
};

/**
 * Checks budgets and fills in defaults.
 *
 * @throws {TypeError} for an unknown budget.
 * @throws {RangeError} when a value is out of range.
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
