/** What is known of the functions of a module that were walked over. */

import { type BudgetState, budgetState } from "../limits/compile_cost.ts";

/** It may stand in memory that compiled code shares. */
export interface WalkState extends BudgetState {
  /** Which functions are known to check when they are entered: 1. */
  readonly checks: Uint8Array;
}

/** The state before the first of so many functions. */
export function walkState(functions: number): WalkState {
  return { checks: new Uint8Array(functions), ...budgetState() };
}
