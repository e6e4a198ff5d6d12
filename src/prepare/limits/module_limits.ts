/**
 * How large a module may be, well below what V8 itself accepts: V8's own
 * limits allow modules that take it minutes to compile.
 * https://source.chromium.org/chromium/chromium/src/+/main:v8/src/wasm/wasm-limits.h
 */
export const MODULE_LIMITS = {
  moduleBytes: 268_435_456,
  /** What may be prepared where one is: work grows with the bytes. */
  quickBytes: 8192,
  /** What the code may become with its checks; V8 takes modules of 1 GiB. */
  rewrittenCodeBytes: 536_870_912,
  sections: 4096,
  types: 20_000,
  /**
   * Different function types in all modules of a process: V8 never forgets
   * one, and ends the process at about 2 million.
   */
  processTypes: 500_000,
  /** Their parameters and results, some 8 bytes of V8's each. */
  processTypeValues: 8_000_000,
  params: 1000,
  results: 1000,
  imports: 20_000,
  functions: 500_000,
  tables: 256,
  memories: 32,
  tags: 1000,
  globals: 50_000,
  exports: 50_000,
  elementSegments: 100_000,
  elements: 1_000_000,
  dataSegments: 100_000,
  locals: 49_999,
  /** V8 takes some 0.1 s for the first call of a body as long as this. */
  bodyBytes: 2_097_152,
  /** V8's own limit, which a rewritten body must keep too. */
  rewrittenBodyBytes: 7_654_321,
  nesting: 2000,
  brTableTargets: 65_520,
  /**
   * Variables and operands, summed over a function's branches. V8 took up to
   * 0.4 s for 10 million; the most in CPython's 89,060 functions is 0.47.
   */
  compileWork: 5_000_000,
  /**
   * Branches, handlers and calls of a function. V8's optimizing compiler took
   * 4 s for 50,000 indirect calls and 60 s for 300,000, on a thread that
   * nothing stops; the most in CPython is 16,367.
   */
  compileJoints: 50_000,
  /** Different bulk and growth operators, by their indices. */
  injectedFunctions: 2000,
  /**
   * Bytes of values that one exception may carry. A stack full of exceptions
   * of 256 bytes took 250 MB of the JavaScript heap.
   */
  exceptionBytes: 64,
  exceptionGlobals: 1000,
} as const;
