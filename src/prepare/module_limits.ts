/**
 * How large a module may be, well below what V8 itself accepts: V8's own
 * limits allow modules that take it minutes to compile.
 * https://source.chromium.org/chromium/chromium/src/+/main:v8/src/wasm/wasm-limits.h
 */
export const MODULE_LIMITS = {
  moduleBytes: 536_870_912,
  sections: 4096,
  types: 20_000,
  params: 1000,
  results: 1000,
  imports: 20_000,
  functions: 500_000,
  tables: 256,
  memories: 32,
  tags: 1000,
  globals: 100_000,
  exports: 100_000,
  elementSegments: 100_000,
  elements: 10_000_000,
  dataSegments: 100_000,
  locals: 49_999,
  bodyBytes: 4_194_304,
  nesting: 2000,
  brTableTargets: 65_520,
  /** Different bulk and growth operators, by their indices. */
  injectedFunctions: 2000,
  /** Bytes of values that one exception may carry. */
  exceptionBytes: 256,
} as const;
