/**
 * How large a module may be, well below what V8 itself accepts: V8's own
 * limits allow modules that take it minutes to compile.
 * https://source.chromium.org/chromium/chromium/src/+/main:v8/src/wasm/wasm-limits.h
 */
export const MODULE_LIMITS = {
  moduleBytes: 268_435_456,
  /**
   * Maximum size for preparing on the calling thread, as work grows with size.
   */
  quickBytes: 8192,
  /** Maximum size of the code with checks; V8 accepts modules of 1 GiB. */
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
  /**
   * Machine code that the loaded modules of a process may become: V8 ends the
   * process at 4 GiB, and frees what is unloaded some time after.
   */
  processCodeBytes: 3_221_225_472,
  params: 1000,
  results: 1000,
  /** Parameters and results of all types: 20,000 types of ten. */
  typeValues: 200_000,
  /**
   * The same for imported and exported functions, each as often as it is
   * named: their signatures are kept for the host, and V8 makes wrappers.
   */
  signatureValues: 500_000,
  imports: 20_000,
  /** V8 takes a million; the most in a real program, pandoc, is 619,906. */
  functions: 990_000,
  tables: 256,
  memories: 32,
  /**
   * Operators of one constant expression, and of all: every instance evaluates
   * them, and nothing can stop it.
   */
  constOperators: 1000,
  moduleConstOperators: 1_500_000,
  tags: 1000,
  globals: 50_000,
  exports: 50_000,
  elementSegments: 100_000,
  elements: 1_000_000,
  dataSegments: 100_000,
  locals: 49_999,
  /**
   * Variables of all functions: V8 walks over them three times before it runs
   * anything. The most in a real program is 807,000.
   */
  moduleLocals: 10_000_000,
  bodyBytes: 2_097_152,
  /** V8's own limit, which a rewritten body must keep too. */
  rewrittenBodyBytes: 7_654_321,
  /** The most in a real program, a parser of JavaScript in Go, is 3232. */
  nesting: 20_000,
  brTableTargets: 65_520,
  /** Different bulk and growth operators, by their indices. */
  injectedFunctions: 2000,
  /**
   * Bytes of values that one exception may carry. A stack full of exceptions
   * of 256 bytes took 250 MB of the JavaScript heap.
   */
  exceptionBytes: 64,
  exceptionGlobals: 1000,
  /**
   * Mutable globals and tables of a module whose state can be taken. Each is an
   * export, which every fresh instance pays for.
   */
  stateGlobals: 64,
  stateTables: 16,
} as const;
